// Renaming: the edits are applied to copies of the files, which are read again; every place must
// then mean what it meant, and no error may be new.
#include "editor/Navigation.h"

#include <algorithm>
#include <map>

namespace nnx::editor {
namespace {

bool isWord(const std::string &name) {
  dsl::DiagnosticSink sink;
  const std::vector<dsl::Token> tokens = dsl::tokenize(name, 1, sink);
  return !sink.hasErrors() && tokens.size() == 2 && tokens[0].kind == dsl::TokenKind::word &&
         tokens[0].text == name;
}

// What takes the place of a mention.
std::string textOf(const dsl::Mention &mention, const std::string &before,
                   const std::string &after) {
  switch (mention.form) {
  case dsl::Mention::Form::bareName:
    return after + " = " + before;
  case dsl::Mention::Form::bareValue:
    return before + " = " + after;
  case dsl::Mention::Form::plain:
    break;
  }
  return after;
}

// What the mentions of a study name, in order: a number for each declaration in the order in which
// they are declared, or a row of a table. A bare name that was written out counts as it did.
std::vector<std::string> meaningsOf(const Analysis &analysis) {
  std::vector<std::string> result;
  std::vector<dsl::Mention> mentions = analysis.names().mentions();
  // Of a bare name the value stands first, of `name = value` the name: both become name, value.
  for (std::size_t i = 0; i + 1 < mentions.size(); ++i)
    if (mentions[i].form == dsl::Mention::Form::bareValue &&
        mentions[i].location == mentions[i + 1].location)
      std::swap(mentions[i], mentions[i + 1]), ++i;
  for (const dsl::Mention &mention : mentions)
    result.push_back(mention.declaration >= 0 ? std::to_string(mention.declaration)
                                              : mention.table + "/" + mention.row);
  return result;
}

std::vector<std::string> errorsOf(const Analysis &analysis) {
  std::vector<std::string> result;
  for (const dsl::Diagnostic &diagnostic : analysis.diagnostics())
    if (diagnostic.severity == dsl::Severity::error)
      result.push_back(diagnostic.message);
  return result;
}

} // namespace

std::variant<std::vector<FileEdit>, std::string>
rename(const Workspace &workspace, const View &view, Position position, const std::string &name) {
  const Analysis &analysis = *view.analysis;
  const dsl::SourceLocation place = locationOf(view.source(), view.file, position);
  const dsl::Mention *mention = analysis.names().find(view.file, place.line, place.column);
  if (!mention || mention->declaration < 0)
    return "there is no name of the file's own here";
  if (!isWord(name))
    return "`" + name + "` is no name";
  if (dsl::isKeyword(name))
    return "`" + name + "` is a word of the language and cannot be a name";
  const std::string before =
      analysis.names().declarations()[static_cast<std::size_t>(mention->declaration)].name;
  std::vector<FileEdit> edits;
  if (before == name)
    return edits;
  std::map<uint32_t, std::string> texts; // with the edits made, from the last to the first
  const std::vector<dsl::Mention> &all = analysis.names().mentions();
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    if (each->declaration != mention->declaration)
      continue;
    const uint32_t file = each->location.file;
    const Span span = spanOf(analysis.file(file), each->location);
    std::string &text = texts.try_emplace(file, analysis.file(file).text()).first->second;
    const std::size_t start = offsetOf(text, span.start);
    std::string written = textOf(*each, before, name);
    text.replace(start, each->location.length, written);
    edits.push_back({file, {span, std::move(written)}});
  }
  std::map<std::string, std::string> changed;
  for (auto &[file, text] : texts)
    changed[analysis.identities()[file]] = text;
  const bool isMainChanged = texts.contains(0);
  const Analysis renamed(
      analysis.file(0).path(), isMainChanged ? texts[0] : analysis.file(0).text(),
      [&](const std::string &path) -> std::variant<dsl::SourceFile, dsl::ReadProblem> {
        auto found = changed.find(identityOf(path));
        return found == changed.end() ? workspace.load(path) : dsl::SourceFile(path, found->second);
      },
      workspace.counterOf(analysis.file(0).path()));
  const std::vector<std::string> errors = errorsOf(analysis), newErrors = errorsOf(renamed);
  if (newErrors.size() > errors.size())
    for (const std::string &error : newErrors)
      if (std::find(errors.begin(), errors.end(), error) == errors.end())
        return "renamed to `" + name + "`: " + error;
  if (meaningsOf(analysis) != meaningsOf(renamed))
    return "`" + name + "` means something else where `" + before + "` is used";
  std::reverse(edits.begin(), edits.end());
  return edits;
}

} // namespace nnx::editor
