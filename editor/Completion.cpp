// From the context to the words of the tables and the names of the file.
#include "editor/Completion.h"

#include "dsl/BlockParser.h"
#include "dsl/Docs.h"
#include "dsl/Metrics.h"
#include "editor/CompletionContext.h"
#include "editor/Offers.h"

#include <algorithm>

namespace nnx::editor {
namespace {

using dsl::DeclarationKind;
using dsl::TokenKind;
using dsl::Type;

class Completer : private Offers {
public:
  Completer(const Analysis &analysis, const CompletionContext &context)
      : Offers(analysis, context.frames) {}

  std::vector<Completion> run() {
    const Frame &frame = frames.back();
    if (frame.isBlock())
      completeItem();
    else if (frame.open == TokenKind::paren_open && isDeclared())
      completeParameters();
    else if (frame.open == TokenKind::paren_open && !frame.head.empty())
      completeArgument();
    else
      addValues(wantedIn(frames.size() - 1));
    return std::move(items);
  }

private:
  // In the parameters of a declaration.
  bool isDeclared() const {
    const std::vector<std::string> &head = frames.back().head;
    return frames.size() == 2 && head.size() == 2 &&
           (head[0] == "network" || head[0] == "activation");
  }

  // The word of the block that decides what its items are: those of repeat, if and branch are the
  // items of what is around.
  std::string_view blockWord(std::size_t depth) const {
    for (std::size_t i = depth + 1; i-- > 1;) {
      const std::string_view word = frames[i].word();
      if (word != "repeat" && word != "if" && word != "else" && word != "branch" && word != "}")
        return word;
      if (word == "branch")
        return "network";
    }
    return {};
  }

  // The settings of what is called in front of a bracket.
  const dsl::Signature *findCallee(const Frame &frame, std::size_t depth) const {
    const std::string &name = frame.head.back();
    if (depth > 0 && frames[depth - 1].isBlock() && frame.head.size() == 1 && dsl::findLayer(name))
      return dsl::findLayer(name);
    for (std::string_view table : {"optimizer", "schedule", "loss", "stop", "init", "activation"})
      if (const dsl::Signature *found = dsl::findTableSignature(table, name))
        return found;
    const bool isRow = !dsl::docOf("source", name).empty() ||
                       !dsl::docOf("augmentation", name).empty() || name == "split";
    return isRow ? dsl::findSettings(name) : nullptr;
  }

  // The declared network or activation that is called.
  int findDeclaredCallee(const Frame &frame) const {
    const int network = findOwner(DeclarationKind::network, frame.head.back());
    return network >= 0 ? network : findOwner(DeclarationKind::activation, frame.head.back());
  }

  std::optional<Type> typeOf(const dsl::Parameter *parameter) const {
    return parameter ? std::optional(parameter->type) : std::nullopt;
  }

  std::optional<Type> typeOfPart(std::string_view part) const {
    for (const std::string &optimizer : dsl::wordsOf(Type::optimizer))
      if (const auto *found = dsl::findOptimizerSignature(optimizer)->find(part))
        return found->type;
    return std::nullopt;
  }

  std::optional<Type> typeOfAxis(std::size_t depth, const std::string &name) const {
    for (std::size_t i = depth + 1; i-- > 0;)
      if (frames[i].word() == "experiment" && frames[i].head.size() > 1) {
        const int owner = findOwner(DeclarationKind::experiment, frames[i].head[1]);
        const auto *axis = analysis.names().findDeclaration(DeclarationKind::axis, name, owner);
        return owner >= 0 && axis ? axis->type : std::nullopt;
      }
    return std::nullopt;
  }

  // What the value at the end of the item in frame `depth` must be.
  std::optional<Type> wantedIn(std::size_t depth) const {
    const Frame &frame = frames[depth];
    const std::vector<std::string> &item = frame.item;
    if (frame.open == TokenKind::bracket_open || (!frame.isBlock() && frame.head.empty()))
      return depth > 0 ? wantedIn(depth - 1) : std::nullopt;
    if (!frame.isBlock()) {
      const std::size_t place = frame.given.size();
      const bool isNamed = item.size() > 1 && item[1] == "=";
      if (int callee = findDeclaredCallee(frame); callee >= 0) {
        const auto &all = analysis.names().declarations();
        const std::vector<int> &parameters = all[static_cast<std::size_t>(callee)].children;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
          const auto &each = all[static_cast<std::size_t>(parameters[i])];
          if (isNamed ? each.name == item[0] : i == place)
            return each.type;
        }
        return std::nullopt;
      }
      const dsl::Signature *signature = findCallee(frame, depth);
      if (!signature)
        return frame.head.empty() ? std::nullopt : wantedIn(depth - 1);
      if (isNamed)
        return typeOf(signature->find(item[0]));
      return place < signature->parameters.size() ? std::optional(signature->parameters[place].type)
                                                  : std::nullopt;
    }
    const std::string_view block = blockWord(depth);
    if ((block == "grid" || block == "sample") && !item.empty())
      return typeOfAxis(depth, item[0]);
    if (item.size() > 3 && item[1] == "." && item[3] == "=")
      return typeOfPart(item[2]);
    if (item.size() < 2 || item[1] != "=")
      return std::nullopt;
    const dsl::Signature *settings = dsl::findSettings(block == "train" ? "training" : block);
    return settings ? typeOf(settings->find(item[0])) : std::nullopt;
  }

  void completeParameters() {
    const std::vector<std::string> &item = frames.back().item;
    if (!item.empty() && item.back() == ":")
      for (const std::string &type : dsl::parameterTypeNames())
        add(CompletionKind::type, type);
    else if (item.size() > 3 && item[3] == "=")
      addValues(dsl::findParameterType(item[2]));
  }

  void completeArgument() {
    const Frame &frame = frames.back();
    if (frame.item.empty()) {
      const int callee = findDeclaredCallee(frame);
      const dsl::Signature *signature = callee < 0 ? findCallee(frame, frames.size() - 1) : nullptr;
      if (signature)
        addSettings(*signature, frame.given);
      if (callee >= 0)
        for (int id : analysis.names().declarations()[static_cast<std::size_t>(callee)].children) {
          const auto &each = analysis.names().declarations()[static_cast<std::size_t>(id)];
          if (std::find(frame.given.begin(), frame.given.end(), each.name) == frame.given.end())
            add(CompletionKind::setting, each.name,
                std::string(each.type ? dsl::nameOf(*each.type) : ""), {}, each.name + " = ");
        }
      if (!signature && callee < 0)
        return completeExpression();
    }
    addValues(wantedIn(frames.size() - 1));
  }

  // An operand of a claim, of a condition, or any value.
  void completeExpression() {
    const bool isClaim = std::any_of(frames.begin(), frames.end(), [](const Frame &frame) {
      return !frame.item.empty() && frame.item[0] == "expect";
    });
    if (isClaim)
      addMetrics();
    addLocals();
    addDeclared(DeclarationKind::let);
    if (!isClaim)
      addValues(std::nullopt);
  }

  void completeItem() {
    const Frame &frame = frames.back();
    const std::vector<std::string> &item = frame.item;
    const std::string_view block = blockWord(frames.size() - 1);
    if (frames.size() == 1)
      return completeFileItem(item);
    if (block == "report" || (frames.size() > 2 && frames[frames.size() - 2].word() == "report"))
      return completeReport(block, item);
    if (block == "network" || block == "add" || block == "concat")
      return completeStatement(block, item);
    if (block == "experiment")
      return completeExperimentItem(item);
    if (block == "reference") {
      addLocals();
      return addMetrics();
    }
    if (block == "grid" || block == "sample") {
      if (std::find(item.begin(), item.end(), "in") != item.end())
        addValues(wantedIn(frames.size() - 1));
      return;
    }
    if (block == "augment" && item.empty())
      return addRows("augmentation");
    const dsl::Signature *settings = dsl::findSettings(block == "train" ? "training" : block);
    if (!settings)
      return;
    if (item.empty() && block == "dataset")
      addWords({"augment"});
    if (item.empty())
      return addSettings(*settings, frame.given);
    if (item.back() == ".") {
      for (const std::string &optimizer : dsl::wordsOf(Type::optimizer))
        addSettings(*dsl::findOptimizerSignature(optimizer), {});
    } else if (std::find(item.begin(), item.end(), "=") != item.end()) {
      addValues(wantedIn(frames.size() - 1));
    }
  }

  void completeFileItem(const std::vector<std::string> &item) {
    if (item.empty())
      for (std::string_view word : dsl::declarationWords)
        addWords({word});
    else if (item.back() == "with")
      addDeclared(DeclarationKind::training);
    else if (item[0] == "training" && item.size() == 2)
      addWords({"with"});
    else if (item.back() == "=")
      addValues(item[0] == "activation" ? std::optional(Type::activation) : std::nullopt);
  }

  void completeStatement(std::string_view block, const std::vector<std::string> &item) {
    const bool isJoin = frames.back().word() == "add" || frames.back().word() == "concat";
    if (!item.empty() && (item.back() == "}" || item.back() == ")"))
      return addWords({"else"});
    if (!item.empty())
      return addValues(std::nullopt);
    if (isJoin || block != "network")
      addWords({"branch", "repeat", "if"});
    else
      addLayers();
  }

  void completeExperimentItem(const std::vector<std::string> &item) {
    if (item.empty()) {
      addWords({"grid", "sample", "train", "reference", "expect", "report"});
      return addSettings(dsl::settingsOf("experiment"), frames.back().given);
    }
    if (item.back() == "on")
      return addDeclared(DeclarationKind::dataset);
    if (item.back() == "with")
      return addDeclared(DeclarationKind::training);
    if (item[0] == "train" && item.size() == 1) {
      addLocals();
      return addDeclared(DeclarationKind::network);
    }
    if (item[0] == "train")
      return addWords({"on", "with"});
    if (item.back() == "}" || item.back() == "seed" || item[0] == "sample")
      return item.back() == "}" ? addWords({"where"}) : addWords({"seed"});
    completeExpression();
    if (item[0] == "expect")
      addWords({"where"});
  }

  void completeReport(std::string_view block, const std::vector<std::string> &item) {
    if (block == "report") {
      for (const dsl::Doc &doc : dsl::docs())
        if (doc.table == "report")
          add(CompletionKind::word, doc.row, {}, doc.text, std::string(doc.row) + " { ");
    } else if (item.empty()) {
      for (const dsl::Doc &doc : dsl::docs())
        if (doc.table == "reports")
          add(CompletionKind::setting, doc.row, {}, doc.text, std::string(doc.row) + " = ");
    } else {
      addLocals();
      addMetrics();
    }
  }
};

} // namespace

Completions complete(const View &view, Position position) {
  const std::string_view text = view.source().text();
  const std::size_t offset = offsetOf(text, position);
  const std::optional<CompletionContext> context = readContext(text.substr(0, offset));
  if (!context)
    return {};
  const std::string_view word = text.substr(offset - context->partial, context->partial);
  const Position end = endOf(text.substr(0, offset));
  return {{{end.line, end.character - unitsOf(word)}, end},
          Completer(*view.analysis, *context).run()};
}

} // namespace nnx::editor
