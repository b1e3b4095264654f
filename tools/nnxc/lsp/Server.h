// The language server: requests of an editor, answered from its open files.
#pragma once

#include "Conversions.h"
#include "FeatureCounts.h"
#include "MessageInput.h"

#include "editor/Workspace.h"

#include "llvm/Support/LSP/Transport.h"

namespace nnx::lsp {

class Server {
public:
  Server(int input, llvm::raw_ostream &output, llvm::lsp::JSONStreamStyle style, bool isPretty);

  // Until the editor ends it; the exit status, 1 where it went without a word.
  int run();

private:
  // Values of JSON refer to the texts of what they were made from: answers are made whole.
  template <typename T> using Callback = llvm::lsp::Callback<T>;
  using PositionParams = llvm::lsp::TextDocumentPositionParams;

  void onInitialize(const llvm::lsp::InitializeParams &params, Callback<llvm::json::Value> reply);
  void onInitialized(const llvm::lsp::InitializedParams &) {}
  void onShutdown(const llvm::lsp::NoParams &params, Callback<std::nullptr_t> reply);

  void onOpen(const llvm::lsp::DidOpenTextDocumentParams &params);
  void onChange(const llvm::lsp::DidChangeTextDocumentParams &params);
  void onClose(const llvm::lsp::DidCloseTextDocumentParams &params);
  // A file was saved, here or by another program.
  void onFilesChange(const llvm::lsp::NoParams &params);

  void onCompletion(const llvm::lsp::CompletionParams &params,
                    Callback<llvm::lsp::CompletionList> reply);
  void onHover(const PositionParams &params, Callback<std::optional<llvm::lsp::Hover>> reply);
  void onDefinition(const PositionParams &params, Callback<std::vector<llvm::lsp::Location>> reply);
  void onReferences(const llvm::lsp::ReferenceParams &params,
                    Callback<std::vector<llvm::lsp::Location>> reply);
  void onSymbols(const llvm::lsp::DocumentSymbolParams &params,
                 Callback<std::vector<llvm::lsp::DocumentSymbol>> reply);
  void onFormatting(const llvm::lsp::DocumentSymbolParams &params,
                    Callback<std::vector<llvm::lsp::TextEdit>> reply);
  void onPrepareRename(const PositionParams &params,
                       Callback<std::optional<llvm::lsp::Range>> reply);
  void onRename(const RenameParams &params, Callback<llvm::lsp::WorkspaceEdit> reply);
  void onInlayHints(const llvm::lsp::InlayHintsParams &params,
                    Callback<std::vector<llvm::lsp::InlayHint>> reply);

  std::optional<editor::View> view(const llvm::lsp::TextDocumentIdentifier &document) {
    return workspace.view(document.uri.file().str());
  }
  // Diagnostics of all files of all studies, where they are not what was sent last.
  void publish();

  FeatureCounts counts;
  editor::Workspace workspace;
  llvm::lsp::JSONTransport transport;
  llvm::lsp::MessageHandler handler;
  llvm::lsp::OutgoingNotification<llvm::lsp::PublishDiagnosticsParams> sendDiagnostics;
  std::map<std::string, std::string> published; // by path, as JSON
  bool isDirty = false;
  bool isShutDown = false;
};

} // namespace nnx::lsp
