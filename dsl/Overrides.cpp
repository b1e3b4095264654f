// `--set` options, as changes of the tree: what they set is checked like the rest of the file.
#include "dsl/Analyse.h"
#include "dsl/Lexer.h"
#include "dsl/Parser.h"

#include <algorithm>
#include <span>

namespace nnx::dsl {
namespace {

struct Option {
  std::vector<std::string> path;
  SourceLocation location; // of the path
  Expr value;
};

std::string joined(std::span<const std::string> path) {
  std::string text;
  for (const std::string &name : path)
    text += (text.empty() ? "" : ".") + name;
  return text;
}

// NAME, NAME.NAME or NAME.NAME.NAME, then `=` and an expression.
std::optional<Option> parseOption(const std::string &text, uint32_t line, DiagnosticSink &sink) {
  std::vector<Token> tokens = tokenize(text, line, sink);
  Option option;
  std::size_t at = 0;
  bool isRight = tokens[0].kind == TokenKind::word;
  while (isRight && tokens[at].kind == TokenKind::word) {
    option.path.emplace_back(tokens[at++].text);
    if (tokens[at].kind != TokenKind::dot)
      break;
    isRight = tokens[++at].kind == TokenKind::word;
  }
  if (!isRight || tokens[at].kind != TokenKind::equal || option.path.size() > 3) {
    sink.report(DiagnosticId::wrong_option, tokens[0].location, {});
    return std::nullopt;
  }
  option.location = tokens[0].location;
  tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  std::optional<Expr> value = parseExpression(tokens, sink);
  if (!value)
    return std::nullopt;
  option.value = std::move(*value);
  return option;
}

void setIn(std::vector<SettingNode> &settings, const Option &option) {
  std::string part = option.path.size() == 3 ? option.path[2] : "";
  std::erase_if(settings, [&](const SettingNode &setting) {
    return setting.name == option.path[1] && setting.part == part;
  });
  settings.push_back({option.path[1], option.location, part, option.location, option.value, false});
}

// The first word is a kind (all of it) or a name.
template <typename Nodes> bool setInNodes(Nodes &nodes, const char *kind, const Option &option) {
  bool found = false;
  for (auto &node : nodes)
    if (option.path[0] == kind || option.path[0] == node.name) {
      setIn(node.settings, option);
      found = true;
    }
  return found;
}

bool sets(const std::vector<SettingNode> &settings, const Option &option) {
  const std::string part = option.path.size() == 3 ? option.path[2] : "";
  return std::any_of(settings.begin(), settings.end(), [&](const SettingNode &setting) {
    return setting.name == option.path[1] && (setting.part.empty() || setting.part == part);
  });
}

// Whether an experiment takes a setting of a training from where the option puts it.
bool isTaken(const File &file, const Option &option) {
  auto isSetIn = [&](const TrainingNode &node) {
    return option.path[0] == "training" || option.path[0] == node.name;
  };
  return std::any_of(file.experiments.begin(), file.experiments.end(), [&](const auto &experiment) {
    if (!experiment.train || sets(experiment.train->overrides, option))
      return false;
    const std::string *name = &experiment.train->training;
    // From a training to that it builds on; as many steps as there are trainings, if they cycle.
    for (std::size_t i = 0; i < file.trainings.size(); ++i) {
      auto node = std::find_if(file.trainings.begin(), file.trainings.end(),
                               [&](const TrainingNode &each) { return each.name == *name; });
      if (node == file.trainings.end() || isSetIn(*node))
        return node != file.trainings.end();
      if (sets(node->settings, option))
        return false;
      name = &node->base;
    }
    return false;
  });
}

} // namespace

void applyOverrides(File &file, SourceFile &source, const Overrides &overrides,
                    DiagnosticSink &sink) {
  for (const std::string &text : overrides) {
    uint32_t line = source.addOption(text);
    if (findInvalidUtf8(text)) {
      sink.report(DiagnosticId::wrong_option, {line, 1, 1}, {});
      continue;
    }
    std::optional<Option> option = parseOption(text, line, sink);
    if (!option)
      continue;
    bool found = false;
    if (option->path.size() == 1) {
      for (LetNode &let : file.lets)
        if (let.name == option->path[0]) {
          let.value = option->value;
          found = true;
        }
    } else {
      found = setInNodes(file.trainings, "training", *option);
      if (found && !isTaken(file, *option))
        sink.report(DiagnosticId::useless_option, option->location,
                    {joined(std::span(option->path).subspan(1)), option->path[0]});
      found = setInNodes(file.datasets, "dataset", *option) || found;
      found = setInNodes(file.experiments, "experiment", *option) || found;
    }
    if (found)
      continue;
    std::vector<std::string> known = {"training", "dataset", "experiment"};
    auto add = [&](const auto &nodes) {
      for (const auto &node : nodes)
        known.push_back(node.name);
    };
    add(file.trainings);
    add(file.datasets);
    add(file.experiments);
    if (option->path.size() == 1) {
      known.clear();
      add(file.lets);
    }
    sink.report(DiagnosticId::unknown_option, option->location,
                {option->path[0], suggest(option->path[0], known)});
  }
}

} // namespace nnx::dsl
