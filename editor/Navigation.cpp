// Answers of the index of names.
#include "editor/Navigation.h"

#include <algorithm>

namespace nnx::editor {
namespace {

const dsl::Mention *mentionAt(const View &view, Position position) {
  const dsl::SourceLocation place = locationOf(view.source(), view.file, position);
  return view.analysis->names().find(view.file, place.line, place.column);
}

Target targetOf(const View &view, const dsl::SourceLocation &location) {
  return {location.file, spanOf(view.analysis->file(location.file), location)};
}

// The file behind the string of an `include`.
std::optional<Target> includedFile(const View &view, Position position) {
  const std::vector<dsl::Token> &tokens = view.analysis->tokens(view.file);
  const dsl::SourceLocation place = locationOf(view.source(), view.file, position);
  const std::size_t at = view.analysis->findToken(place);
  if (at == 0 || at >= tokens.size() || tokens[at].kind != dsl::TokenKind::string ||
      tokens[at - 1].text != "include" || tokens[at].location.line != place.line)
    return std::nullopt;
  const std::string &path = view.source().path();
  const std::string folder = path.substr(0, path.find_last_of('/') + 1);
  const auto file =
      view.analysis->findFile(identityOf(folder + dsl::decodeString(tokens[at].text)));
  return file ? std::optional(Target{*file, {}}) : std::nullopt;
}

// The first and the last token of each item of a file.
std::vector<std::pair<std::size_t, std::size_t>> itemsOf(const std::vector<dsl::Token> &tokens) {
  std::vector<std::pair<std::size_t, std::size_t>> items;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < tokens.size() && tokens[i].kind != dsl::TokenKind::end_of_file; ++i) {
    const dsl::TokenKind kind = tokens[i].kind;
    // A word in the first column starts an item even where a bracket was never closed.
    const bool startsItem =
        tokens[i].startsLine &&
        (depth == 0 || (tokens[i].location.column == 1 && kind == dsl::TokenKind::word));
    if (items.empty() || startsItem) {
      items.emplace_back(i, i);
      depth = 0;
    }
    if (kind == dsl::TokenKind::brace_open || kind == dsl::TokenKind::paren_open ||
        kind == dsl::TokenKind::bracket_open)
      ++depth;
    else if (depth > 0 &&
             (kind == dsl::TokenKind::brace_close || kind == dsl::TokenKind::paren_close ||
              kind == dsl::TokenKind::bracket_close))
      --depth;
    items.back().second = i;
  }
  return items;
}

std::string detailOf(const View &view, const dsl::Declaration &declaration) {
  if (declaration.kind == dsl::DeclarationKind::experiment) {
    const dsl::Experiment *experiment = view.analysis->findExperiment(declaration.name);
    if (experiment && !experiment->points.empty())
      return std::to_string(experiment->points.size()) + " points";
  }
  return declaration.type ? std::string(dsl::nameOf(*declaration.type)) : std::string();
}

} // namespace

std::optional<Target> definition(const View &view, Position position) {
  const dsl::Mention *mention = mentionAt(view, position);
  if (!mention || mention->declaration < 0)
    return includedFile(view, position);
  const auto &all = view.analysis->names().declarations();
  return targetOf(view, all[static_cast<std::size_t>(mention->declaration)].location);
}

std::vector<Target> references(const View &view, Position position, bool withDeclaration) {
  std::vector<Target> result;
  const dsl::Mention *mention = mentionAt(view, position);
  if (!mention || mention->declaration < 0)
    return result;
  const dsl::NameIndex &names = view.analysis->names();
  const dsl::SourceLocation &declared =
      names.declarations()[static_cast<std::size_t>(mention->declaration)].location;
  for (const dsl::Mention &each : names.mentions())
    if (each.declaration == mention->declaration && (withDeclaration || each.location != declared))
      result.push_back(targetOf(view, each.location));
  return result;
}

std::vector<Symbol> symbols(const View &view) {
  std::vector<Symbol> result;
  const std::vector<dsl::Token> &tokens = view.analysis->tokens(view.file);
  const auto items = itemsOf(tokens);
  const auto &all = view.analysis->names().declarations();
  std::vector<std::size_t> symbolOf(all.size(), SIZE_MAX); // place in `result`
  for (std::size_t i = 0; i < all.size(); ++i) {
    const dsl::Declaration &declaration = all[i];
    if (declaration.location.file != view.file)
      continue;
    const Span name = spanOf(view.source(), declaration.location);
    if (declaration.owner >= 0) {
      const std::size_t owner = symbolOf[static_cast<std::size_t>(declaration.owner)];
      if (owner != SIZE_MAX && declaration.kind != dsl::DeclarationKind::variable)
        result[owner].children.push_back(
            {declaration.kind, declaration.name, detailOf(view, declaration), name, name, {}});
      continue;
    }
    Span whole = name;
    const std::size_t token = view.analysis->findToken(declaration.location);
    for (const auto &[first, last] : items)
      if (first <= token && token <= last)
        whole = {spanOf(view.source(), tokens[first].location).start,
                 spanOf(view.source(), tokens[last].location).end};
    symbolOf[i] = result.size();
    result.push_back(
        {declaration.kind, declaration.name, detailOf(view, declaration), whole, name, {}});
  }
  std::sort(result.begin(), result.end(),
            [](const Symbol &a, const Symbol &b) { return a.nameSpan.start < b.nameSpan.start; });
  return result;
}

std::optional<Target> findName(const View &view, Position position) {
  const dsl::Mention *mention = mentionAt(view, position);
  if (!mention || mention->declaration < 0)
    return std::nullopt;
  return targetOf(view, mention->location);
}

} // namespace nnx::editor
