// Between LLVM's structures of the protocol and the answers about files.
#pragma once

#include "editor/Completion.h"
#include "editor/Navigation.h"

#include "llvm/Support/LSP/Protocol.h"

namespace nnx::lsp {

editor::Position toPosition(const llvm::lsp::Position &position);
editor::Span toSpan(const llvm::lsp::Range &range);
llvm::lsp::Range toRange(const editor::Span &span);
llvm::lsp::TextEdit toTextEdit(const editor::Edit &edit);
// Nothing for a path that is not absolute.
std::optional<llvm::lsp::URIForFile> toUri(const std::string &path);
std::optional<llvm::lsp::Location> toLocation(const editor::View &view,
                                              const editor::Target &target);
llvm::lsp::DocumentSymbol toDocumentSymbol(const editor::Symbol &symbol);
llvm::lsp::CompletionItem toCompletionItem(const editor::Completion &completion,
                                           const editor::Span &span, std::size_t place);
llvm::lsp::Diagnostic toDiagnostic(const dsl::Diagnostic &diagnostic, const dsl::SourceFile &file,
                                   const llvm::lsp::URIForFile &uri);

// textDocument/rename; LLVM's library has it not.
struct RenameParams : llvm::lsp::TextDocumentPositionParams {
  std::string newName;
};
bool fromJSON(const llvm::json::Value &value, RenameParams &result, llvm::json::Path path);

} // namespace nnx::lsp
