// Kinds, places and texts as the protocol has them.
#include "Conversions.h"

#include <algorithm>

namespace nnx::lsp {

namespace ls = llvm::lsp;

// Clients may send what is no place at all.
editor::Position toPosition(const ls::Position &position) {
  return {static_cast<uint32_t>(std::max(position.line, 0)),
          static_cast<uint32_t>(std::max(position.character, 0))};
}

editor::Span toSpan(const ls::Range &range) {
  return {toPosition(range.start), toPosition(range.end)};
}

ls::Range toRange(const editor::Span &span) {
  auto position = [](const editor::Position &at) {
    return ls::Position(static_cast<int>(at.line), static_cast<int>(at.character));
  };
  return {position(span.start), position(span.end)};
}

ls::TextEdit toTextEdit(const editor::Edit &edit) {
  return {toRange(edit.span), edit.text};
}

std::optional<ls::URIForFile> toUri(const std::string &path) {
  llvm::Expected<ls::URIForFile> uri = ls::URIForFile::fromFile(path);
  if (uri)
    return *uri;
  llvm::consumeError(uri.takeError());
  return std::nullopt;
}

std::optional<ls::Location> toLocation(const editor::View &view, const editor::Target &target) {
  const auto uri = toUri(view.analysis->file(target.file).path());
  return uri ? std::optional(ls::Location(*uri, toRange(target.span))) : std::nullopt;
}

ls::DocumentSymbol toDocumentSymbol(const editor::Symbol &symbol) {
  using Kind = dsl::DeclarationKind;
  auto kindOf = [](Kind kind) {
    switch (kind) {
    case Kind::let:
      return ls::SymbolKind::Constant;
    case Kind::activation:
      return ls::SymbolKind::Operator;
    case Kind::dataset:
      return ls::SymbolKind::Struct;
    case Kind::network:
      return ls::SymbolKind::Function;
    case Kind::training:
      return ls::SymbolKind::Object;
    case Kind::experiment:
      return ls::SymbolKind::Class;
    case Kind::axis:
      return ls::SymbolKind::Enum;
    case Kind::parameter:
    case Kind::variable:
      break;
    }
    return ls::SymbolKind::Variable;
  };
  ls::DocumentSymbol result(symbol.name, kindOf(symbol.kind), toRange(symbol.whole),
                            toRange(symbol.nameSpan));
  result.detail = symbol.detail;
  for (const editor::Symbol &child : symbol.children)
    result.children.push_back(toDocumentSymbol(child));
  return result;
}

ls::CompletionItem toCompletionItem(const editor::Completion &completion, const editor::Span &span,
                                    std::size_t place) {
  using Kind = editor::CompletionKind;
  auto kindOf = [](Kind kind) {
    switch (kind) {
    case Kind::keyword:
      return ls::CompletionItemKind::Keyword;
    case Kind::setting:
      return ls::CompletionItemKind::Property;
    case Kind::layer:
      return ls::CompletionItemKind::Function;
    case Kind::word:
      return ls::CompletionItemKind::EnumMember;
    case Kind::metric:
      return ls::CompletionItemKind::Value;
    case Kind::type:
      return ls::CompletionItemKind::TypeParameter;
    case Kind::name:
      break;
    }
    return ls::CompletionItemKind::Variable;
  };
  // The order of the tables, not of the alphabet.
  const std::string order = std::to_string(place);
  ls::CompletionItem item(completion.label, kindOf(completion.kind),
                          std::string(5 - std::min<std::size_t>(order.size(), 5), '0') + order);
  item.detail = completion.detail;
  if (!completion.doc.empty())
    item.documentation = ls::MarkupContent{ls::MarkupKind::PlainText, completion.doc};
  item.textEdit = ls::TextEdit{toRange(span), completion.insert};
  return item;
}

ls::Diagnostic toDiagnostic(const dsl::Diagnostic &diagnostic, const dsl::SourceFile &file,
                            const ls::URIForFile &uri) {
  ls::Diagnostic result;
  result.range = toRange(editor::spanOf(file, diagnostic.location));
  // A file without experiments may be one that others include.
  result.severity =
      diagnostic.id == dsl::DiagnosticId::no_experiment ? ls::DiagnosticSeverity::Information
      : diagnostic.severity == dsl::Severity::warning   ? ls::DiagnosticSeverity::Warning
                                                        : ls::DiagnosticSeverity::Error;
  result.source = "nnx";
  result.message = diagnostic.message;
  if (diagnostic.id == dsl::DiagnosticId::unused_declaration ||
      diagnostic.id == dsl::DiagnosticId::unused_parameter)
    result.tags.push_back(ls::DiagnosticTag::Unnecessary);
  if (!diagnostic.notes.empty())
    result.relatedInformation.emplace();
  for (const std::string &note : diagnostic.notes)
    result.relatedInformation->emplace_back(ls::Location(uri, result.range), note);
  return result;
}

bool fromJSON(const llvm::json::Value &value, RenameParams &result, llvm::json::Path path) {
  if (!fromJSON(value, static_cast<ls::TextDocumentPositionParams &>(result), path))
    return false;
  llvm::json::ObjectMapper object(value, path);
  return object && object.map("newName", result.newName);
}

} // namespace nnx::lsp
