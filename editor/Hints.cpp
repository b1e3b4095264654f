// Shapes of layers from their first use, at the end of each call.
#include "editor/Hints.h"

#include <algorithm>

namespace nnx::editor {
namespace {

// Longer lists end in dots.
constexpr std::size_t maxShapes = 4;

std::string labelOf(const LayerUse &use) {
  std::vector<std::string> shapes;
  for (const dsl::LayerInstance &layer : use.instances)
    if (std::string shape = dsl::toText(layer.output);
        std::find(shapes.begin(), shapes.end(), shape) == shapes.end())
      shapes.push_back(std::move(shape));
  std::string label = "→ ";
  for (std::size_t i = 0; i < std::min(shapes.size(), maxShapes); ++i)
    label += (i ? ", " : "") + shapes[i];
  return label + (use.varies || shapes.size() > maxShapes ? ", …" : "");
}

} // namespace

std::vector<Hint> hints(const View &view, Span span) {
  std::vector<Hint> result;
  const std::vector<dsl::Token> &tokens = view.analysis->tokens(view.file);
  for (const dsl::Mention &mention : view.analysis->names().mentions()) {
    const dsl::SourceLocation &place = mention.location;
    if (mention.table != "layer" || place.file != view.file || place.line < span.start.line + 1 ||
        place.line > span.end.line + 1)
      continue;
    const LayerUse *use = view.analysis->findLayer(place);
    if (!use || use->instances.empty())
      continue;
    // Behind a call's closing bracket, or behind the word of a join.
    std::size_t token = view.analysis->findToken(place);
    if (token + 1 < tokens.size() && tokens[token + 1].kind == dsl::TokenKind::paren_open)
      token = Analysis::findClose(tokens, token + 1);
    if (token < tokens.size())
      result.push_back({spanOf(view.source(), tokens[token].location).end, labelOf(*use)});
  }
  return result;
}

} // namespace nnx::editor
