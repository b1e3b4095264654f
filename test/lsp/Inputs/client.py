"""A client of `nnxc lsp` over pipes: requests, notifications, and the diagnostics that came."""

import json
import os
import subprocess


class Client:
    def __init__(self, command=("nnxc", "lsp")):
        self.process = subprocess.Popen(list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0
        self.diagnostics = {}  # by URI, as sent last

    def send_bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        data = json.dumps(dict(message, jsonrpc="2.0")).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n" % len(data) + data)

    def receive(self):
        length = 0
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise EOFError("the server ended")
            if line == b"\r\n":
                break
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def call(self, method, params):
        """The result; raises what the server refused."""
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        return self.answer(self.number)

    def answer(self, number):
        while True:
            message = self.receive()
            if "method" not in message and message["id"] == number:
                if "error" in message:
                    raise RuntimeError(message["error"]["message"])
                return message["result"]

    def initialize(self):
        result = self.call("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.notify("initialized", {})
        return result

    def open(self, path, text=None):
        uri = "file://" + os.path.abspath(path)
        if text is None:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        self.notify("textDocument/didOpen",
                    {"textDocument": {"uri": uri, "languageId": "nnx", "version": 1, "text": text}})
        return uri

    def change(self, uri, text, version=2):
        self.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                                               "contentChanges": [{"text": text}]})

    def end(self):
        self.call("shutdown", None)
        self.notify("exit", None)
        self.process.stdin.close()
        return self.process.wait(timeout=20)


def place(text, needle, offset=0, after=0):
    """The position of `needle` (its first occurrence behind `after`), in UTF-16 units."""
    at = text.index(needle, after) + offset
    line = text.rfind("\n", 0, at) + 1
    units = len(text[line:at].encode("utf-16-le")) // 2
    return {"line": text.count("\n", 0, at), "character": units}
