// Trainings: settings of a block over those of the training it builds on.
#include "dsl/Checker.h"

#include <algorithm>

namespace nnx::dsl {

const TrainingNode *Checker::findTraining(std::string_view name) const {
  for (const TrainingNode &node : file.trainings)
    if (node.name == name)
      return &node;
  return nullptr;
}

// `optimizer.lr = 0.1` changes one setting of the optimizer that is there.
bool Checker::applyOptimizerPart(const SettingNode &setting, const Scope &scope,
                                 TrainingValues &values, DiagnosticSink &reports) {
  auto found = values.find("optimizer");
  if (found == values.end()) {
    const Parameter *parameter = settingsOf("training").find("optimizer");
    reports.report(DiagnosticId::missing_setting, setting.location,
                   {"training", "optimizer", nameOf(parameter->type)});
    return false;
  }
  const Optimizer *optimizer = found->second.get<Optimizer>();
  if (!optimizer)
    return false;
  const Signature &signature = *findOptimizerSignature(optimizer->kind);
  const Parameter *parameter = signature.find(setting.part);
  if (!parameter) {
    reports.report(DiagnosticId::unknown_setting, setting.partLocation,
                   {setting.part, signature.name, suggest(setting.part, signature.names())});
    return false;
  }
  Evaluator evaluator(file, reports);
  Value value = evaluator.evaluateFor(*parameter, setting.value, scope);
  if (value.isWrong())
    return false;
  std::vector<Setting> settings(optimizer->settings.begin(), optimizer->settings.end());
  for (Setting &each : settings)
    if (each.name == setting.part)
      each.value = toSetting(value);
  found->second.data = Optimizer{optimizer->kind, Settings(std::move(settings))};
  return true;
}

bool Checker::applySettings(const std::vector<SettingNode> &settings, const Scope &scope,
                            TrainingValues &values, DiagnosticSink &reports) {
  Evaluator evaluator(file, reports);
  std::set<std::string> given;
  bool isRight = true, hasParts = false;
  // Parts of the optimizer are set after the optimizer, whatever the order in the file.
  for (bool parts : {false, true})
    for (const SettingNode &setting : settings) {
      if (parts == setting.part.empty())
        continue;
      const Parameter *parameter = findBlockSetting("training", setting, reports);
      std::string path = setting.name + (parts ? "." + setting.part : "");
      if (!parameter) {
        isRight = false;
      } else if (!given.insert(path).second) {
        reports.report(DiagnosticId::given_twice, setting.location, {path});
        isRight = false;
      } else if (parts && setting.name != "optimizer") {
        reports.report(DiagnosticId::no_parts, setting.partLocation, {setting.name});
        isRight = false;
      } else if (parts) {
        hasParts = true;
        isRight = applyOptimizerPart(setting, scope, values, reports) && isRight;
      } else {
        Value value = evaluator.evaluateFor(*parameter, setting.value, scope);
        isRight = isRight && !value.isWrong();
        values[setting.name] = std::move(value);
      }
    }
  auto optimizer = values.find("optimizer");
  if (isRight && hasParts && optimizer != values.end())
    if (const Optimizer *changed = optimizer->second.get<Optimizer>())
      isRight = evaluator.checkClipping(*changed, settings.back().location);
  return isRight;
}

bool Checker::resolveTraining(const TrainingNode &node) {
  if (trainings.contains(node.name))
    return true;
  if (wrongTrainings.contains(node.name))
    return false;
  auto fail = [&] {
    wrongTrainings.insert(node.name);
    return false;
  };
  if (std::find(openTrainings.begin(), openTrainings.end(), &node) != openTrainings.end()) {
    sink.report(DiagnosticId::recursive_training, node.location, {node.name});
    return fail();
  }
  TrainingValues values;
  bool isRight = true;
  if (!node.base.empty()) {
    const TrainingNode *base = findTraining(node.base);
    if (!base) {
      std::vector<std::string> known;
      for (const TrainingNode &each : file.trainings)
        known.push_back(each.name);
      sink.report(DiagnosticId::unknown_word, node.baseLocation,
                  {"training", node.base, suggest(node.base, known)});
      return fail();
    }
    openTrainings.push_back(&node);
    isRight = resolveTraining(*base);
    openTrainings.pop_back();
    if (isRight)
      values = trainings.at(node.base);
  }
  if (!applySettings(node.settings, globals, values, sink) || !isRight)
    return fail();
  trainings[node.name] = std::move(values);
  return true;
}

void Checker::checkTrainings() {
  for (const TrainingNode &node : file.trainings)
    resolveTraining(node);
}

} // namespace nnx::dsl
