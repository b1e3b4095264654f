// Starts `nnxc lsp` for the files of the language.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function start() {
  const command = vscode.workspace.getConfiguration("nnx").get("compiler");
  const server = { command, args: ["lsp"] };
  client = new LanguageClient("nnx", "nnx", server, {
    documentSelector: [{ scheme: "file", language: "nnx" }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{nnx,csv}") },
  });
  return client.start();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("nnx.restart", async () => {
      await client.stop();
      await start();
    }),
  );
  await start();
}

function deactivate() {
  return client && client.stop();
}

module.exports = { activate, deactivate };
