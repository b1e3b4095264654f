// Diagnostics wait until no message is there: of several edits only the last one is checked for
// them.
#include "Server.h"

#include "dsl/Format.h"
#include "editor/Hints.h"
#include "editor/Hover.h"

#include "tools/nnxc/LoadData.h"

namespace nnx::lsp {

namespace ls = llvm::lsp;
namespace json = llvm::json;

Server::Server(int input, llvm::raw_ostream &output, ls::JSONStreamStyle style, bool isPretty)
    : workspace([this](const std::string &path) {
        return [this, count = featureCounter(path), path](const dsl::Dataset &dataset) {
          return counts.count(path, dataset, count);
        };
      }),
      transport(std::make_unique<MessageInput>(
                    input, style,
                    MessageInput::Observer{
                        [this] { publish(); },
                        [this](json::Value id, ls::ErrorCode code, std::string reason) {
                          transport.reply(std::move(id),
                                          llvm::make_error<ls::LSPError>(std::move(reason), code));
                        }}),
                output, isPretty),
      handler(transport),
      sendDiagnostics(handler.outgoingNotification<ls::PublishDiagnosticsParams>(
          "textDocument/publishDiagnostics")) {
  handler.method("initialize", this, &Server::onInitialize);
  handler.notification("initialized", this, &Server::onInitialized);
  handler.method("shutdown", this, &Server::onShutdown);
  handler.notification("textDocument/didOpen", this, &Server::onOpen);
  handler.notification("textDocument/didChange", this, &Server::onChange);
  handler.notification("textDocument/didClose", this, &Server::onClose);
  handler.notification("textDocument/didSave", this, &Server::onFilesChange);
  handler.notification("workspace/didChangeWatchedFiles", this, &Server::onFilesChange);
  handler.method("textDocument/completion", this, &Server::onCompletion);
  handler.method("textDocument/hover", this, &Server::onHover);
  handler.method("textDocument/definition", this, &Server::onDefinition);
  handler.method("textDocument/references", this, &Server::onReferences);
  handler.method("textDocument/documentSymbol", this, &Server::onSymbols);
  handler.method("textDocument/formatting", this, &Server::onFormatting);
  handler.method("textDocument/prepareRename", this, &Server::onPrepareRename);
  handler.method("textDocument/rename", this, &Server::onRename);
  handler.method("textDocument/inlayHint", this, &Server::onInlayHints);
}

int Server::run() {
  llvm::Error error = transport.run(handler);
  const bool isEnded = !error;
  llvm::consumeError(std::move(error));
  return isEnded && isShutDown ? 0 : 1;
}

void Server::onInitialize(const ls::InitializeParams &, Callback<json::Value> reply) {
  reply(json::Object{
      {"serverInfo", json::Object{{"name", "nnxc lsp"}, {"version", NNX_VERSION}}},
      {"capabilities",
       json::Object{
           {"positionEncoding", "utf-16"},
           {"textDocumentSync",
            json::Object{{"openClose", true},
                         {"change", static_cast<int>(ls::TextDocumentSyncKind::Incremental)},
                         {"save", true}}},
           {"completionProvider",
            json::Object{{"triggerCharacters", json::Array{"(", ".", "=", ","}}}},
           {"hoverProvider", true},
           {"definitionProvider", true},
           {"referencesProvider", true},
           {"documentSymbolProvider", true},
           {"documentFormattingProvider", true},
           {"renameProvider", json::Object{{"prepareProvider", true}}},
           {"inlayHintProvider", true},
       }}});
}

void Server::onShutdown(const ls::NoParams &, Callback<std::nullptr_t> reply) {
  isShutDown = true;
  reply(nullptr);
}

void Server::onOpen(const ls::DidOpenTextDocumentParams &params) {
  const ls::TextDocumentItem &document = params.textDocument;
  workspace.open(document.uri.file().str(), document.text, document.version);
  isDirty = true;
}

void Server::onChange(const ls::DidChangeTextDocumentParams &params) {
  std::vector<editor::Change> changes;
  for (const ls::TextDocumentContentChangeEvent &change : params.contentChanges)
    changes.push_back(
        {change.range ? std::optional(toSpan(*change.range)) : std::nullopt, change.text});
  workspace.change(params.textDocument.uri.file().str(), changes, params.textDocument.version);
  isDirty = true;
}

void Server::onClose(const ls::DidCloseTextDocumentParams &params) {
  workspace.close(params.textDocument.uri.file().str());
  isDirty = true;
}

void Server::onFilesChange(const ls::NoParams &) {
  workspace.forget();
  counts.forget();
  isDirty = true;
}

void Server::publish() {
  if (!std::exchange(isDirty, false))
    return;
  std::map<std::string, ls::PublishDiagnosticsParams> next;
  auto find = [&](const std::string &path) -> ls::PublishDiagnosticsParams * {
    if (auto known = next.find(path); known != next.end())
      return &known->second;
    const auto uri = toUri(path);
    const editor::Document *document = workspace.find(path);
    if (!uri)
      return nullptr;
    return &next.try_emplace(path, *uri, document ? document->version : 0).first->second;
  };
  for (const auto &[identity, analysis] : workspace.studies()) {
    std::vector<ls::PublishDiagnosticsParams *> files;
    for (uint32_t file = 0; file < analysis->fileCount(); ++file)
      files.push_back(find(analysis->file(file).path()));
    for (const dsl::Diagnostic &diagnostic : analysis->diagnostics())
      if (ls::PublishDiagnosticsParams *file = files[diagnostic.location.file])
        file->diagnostics.push_back(
            toDiagnostic(diagnostic, analysis->file(diagnostic.location.file), file->uri));
  }
  for (const auto &[identity, document] : workspace.documents()) {
    ls::PublishDiagnosticsParams *file = find(document.path);
    if (!file || !editor::Workspace::isTooLarge(document))
      continue;
    ls::Diagnostic diagnostic;
    diagnostic.severity = ls::DiagnosticSeverity::Error;
    diagnostic.source = "nnx";
    diagnostic.message =
        dsl::message(dsl::DiagnosticId::file_too_large, {int64_t{dsl::SourceFile::maxBytes >> 20}});
    file->diagnostics.push_back(std::move(diagnostic));
  }
  for (const auto &[path, text] : published)
    if (!next.contains(path))
      find(path); // without any
  std::map<std::string, std::string> sent;
  for (const auto &[path, params] : next) {
    std::string text = llvm::formatv("{0}", toJSON(params)).str();
    auto known = published.find(path);
    if (known == published.end() || known->second != text)
      sendDiagnostics(params);
    if (!params.diagnostics.empty() || workspace.find(path))
      sent[path] = std::move(text);
  }
  published = std::move(sent);
}

void Server::onCompletion(const ls::CompletionParams &params, Callback<ls::CompletionList> reply) {
  ls::CompletionList list;
  if (const auto found = view(params.textDocument)) {
    const editor::Completions completions = complete(*found, toPosition(params.position));
    for (const editor::Completion &each : completions.items)
      list.items.push_back(toCompletionItem(each, completions.span, list.items.size()));
  }
  reply(std::move(list));
}

void Server::onHover(const PositionParams &params, Callback<std::optional<ls::Hover>> reply) {
  const auto found = view(params.textDocument);
  const auto text = found ? hover(*found, toPosition(params.position)) : std::nullopt;
  if (!text)
    return reply(std::nullopt);
  ls::Hover answer(toRange(text->span));
  answer.contents.value = text->markdown;
  reply(std::move(answer));
}

void Server::onDefinition(const PositionParams &params, Callback<std::vector<ls::Location>> reply) {
  std::vector<ls::Location> locations;
  if (const auto found = view(params.textDocument))
    if (const auto target = definition(*found, toPosition(params.position)))
      if (const auto location = toLocation(*found, *target))
        locations.push_back(*location);
  reply(std::move(locations));
}

void Server::onReferences(const ls::ReferenceParams &params,
                          Callback<std::vector<ls::Location>> reply) {
  std::vector<ls::Location> locations;
  if (const auto found = view(params.textDocument))
    for (const editor::Target &target :
         references(*found, toPosition(params.position), params.context.includeDeclaration))
      if (const auto location = toLocation(*found, target))
        locations.push_back(*location);
  reply(std::move(locations));
}

void Server::onSymbols(const ls::DocumentSymbolParams &params,
                       Callback<std::vector<ls::DocumentSymbol>> reply) {
  std::vector<ls::DocumentSymbol> all;
  if (const auto found = view(params.textDocument))
    for (const editor::Symbol &symbol : symbols(*found))
      all.push_back(toDocumentSymbol(symbol));
  reply(std::move(all));
}

// A file with errors of syntax stays as it is.
void Server::onFormatting(const ls::DocumentSymbolParams &params,
                          Callback<std::vector<ls::TextEdit>> reply) {
  std::vector<ls::TextEdit> edits;
  const editor::Document *document = workspace.find(params.textDocument.uri.file().str());
  if (document && !editor::Workspace::isTooLarge(*document)) {
    dsl::DiagnosticSink unused;
    const auto formatted = dsl::format(document->text, unused);
    if (formatted && formatted->isFaithful)
      if (const auto edit = editor::difference(document->text, formatted->text))
        edits.push_back(toTextEdit(*edit));
  }
  reply(std::move(edits));
}

void Server::onPrepareRename(const PositionParams &params,
                             Callback<std::optional<ls::Range>> reply) {
  const auto found = view(params.textDocument);
  const auto name = found ? findName(*found, toPosition(params.position)) : std::nullopt;
  reply(name ? std::optional(toRange(name->span)) : std::nullopt);
}

void Server::onRename(const RenameParams &params, Callback<ls::WorkspaceEdit> reply) {
  auto refuse = [&](const std::string &reason) {
    reply(llvm::make_error<ls::LSPError>(reason, ls::ErrorCode::RequestFailed));
  };
  const auto found = view(params.textDocument);
  if (!found)
    return refuse("this file is not open");
  const auto result = rename(workspace, *found, toPosition(params.position), params.newName);
  if (const auto *reason = std::get_if<std::string>(&result))
    return refuse(*reason);
  ls::WorkspaceEdit edit;
  for (const editor::FileEdit &each : std::get<std::vector<editor::FileEdit>>(result))
    if (const auto uri = toUri(found->analysis->file(each.file).path()))
      edit.changes[uri->uri().str()].push_back(toTextEdit(each.edit));
  reply(std::move(edit));
}

void Server::onInlayHints(const ls::InlayHintsParams &params,
                          Callback<std::vector<ls::InlayHint>> reply) {
  std::vector<ls::InlayHint> all;
  if (const auto found = view(params.textDocument))
    for (const editor::Hint &hint : hints(*found, toSpan(params.range))) {
      ls::InlayHint each(ls::InlayHintKind::Type, toRange({hint.position, hint.position}).start);
      each.label = hint.label;
      each.paddingLeft = true;
      all.push_back(std::move(each));
    }
  reply(std::move(all));
}

} // namespace nnx::lsp
