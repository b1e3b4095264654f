"""Drives `nnxc lsp` with what an editor should never send, and with files of every half-typed kind.

Usage: robust.py FOLDER
"""

import json
import os
import random
import sys

from client import Client, place

folder = sys.argv[1]
study = """dataset d { train = idx("a", "b"), test = idx("a", "b"), shape = 8x8x1, classes = 2 }
network n(w: int) { flatten(), dense(w), dense(classes, activation = softmax) }
training t { loss = cross_entropy, optimizer = sgd(momentum = 0.9), epochs = 1 }
experiment e "\u00e9\U0001f600" { grid { w in [3, 4] }, train n(w) on d with t }
"""
wholes = ["textDocument/documentSymbol", "textDocument/formatting"]
places = ["textDocument/hover", "textDocument/definition", "textDocument/completion",
          "textDocument/prepareRename"]


def refused(client, message):
    """What the server says to a message without an id that can be read."""
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    client.send_bytes(b"Content-Length: %d\r\n\r\n" % len(data) + data)
    while True:
        answer = client.receive()
        if "error" in answer:
            return answer["error"]["message"]


def ask_everything(client, uri, position):
    document = {"textDocument": {"uri": uri}}
    for method in wholes:
        client.call(method, dict(document, options={}))
    for method in places:
        client.call(method, dict(document, position=position))
    client.call("textDocument/references",
                dict(document, position=position, context={"includeDeclaration": True}))
    client.call("textDocument/inlayHint",
                dict(document, range={"start": {"line": 0, "character": 0}, "end": position}))
    try:
        client.call("textDocument/rename", dict(document, position=position, newName="other"))
    except RuntimeError:
        pass  # there is nothing to rename here


def wait_until(uri, predicate):
    """Until the diagnostics of a file are as they should be; gives them."""
    while uri not in client.diagnostics or not predicate(client.diagnostics[uri]):
        client.receive()
    return client.diagnostics[uri]


def says(text):
    return lambda found: any(text in each["message"] for each in found)


client = Client()
assert "completionProvider" in client.initialize()["capabilities"]

# Wrong JSON-RPC.
assert refused(client, b"{]")
assert refused(client, b"\xff\xfe")
assert "JSON-RPC 2.0" in refused(client, [1, 2])
assert "JSON-RPC 2.0" in refused(client, {"id": 1, "method": "shutdown"})
assert "JSON-RPC 2.0" in refused(client, {"jsonrpc": "2.0", "id": 5, "method": 7})
assert "nested too deep" in refused(client, b"[" * 100000)
client.send_bytes(b"Nonsense\r\nContent-Length: x\r\n\r\n")
client.send_bytes(b"Content-Length: 70000000\r\n\r\n" + b" " * 70000000)
while "too long" not in client.receive().get("error", {}).get("message", ""):
    pass
for method, params in [("textDocument/hover", {}), ("textDocument/hover", None), ("no/such", {}),
                       ("textDocument/rename", {"newName": 3})]:
    try:
        client.call(method, params)
        raise AssertionError(method)
    except RuntimeError:
        pass
client.notify("textDocument/didOpen", {"textDocument": 3})
client.notify("no/such", None)
client.send({"id": 99999, "result": None})

# Files that are not there, and that are not open.
ask_everything(client, "file:///nowhere/at/all.nnx", {"line": 3, "character": 3})
lonely = client.open("/nowhere/at/all.nnx", 'include "missing.nnx"\n')
wait_until(lonely, says("cannot include"))

# Places outside of the text, and in units of UTF-16.
path = os.path.join(folder, "study.nnx")
uri = client.open(path, study)
wait_until(uri, lambda found: found == [])
for position in ({"line": 10**9, "character": 10**9}, {"line": -5, "character": -5},
                 {"line": 3, "character": 10**9}):
    ask_everything(client, uri, position)
definition = client.call("textDocument/definition", {
    "textDocument": {"uri": uri}, "position": place(study, "with t", 5)})
assert definition[0]["range"]["start"] == {"line": 2, "character": 9}, definition
found = client.call("textDocument/references", {
    "textDocument": {"uri": uri}, "position": place(study, "w in"),
    "context": {"includeDeclaration": True}})
assert [each["range"]["start"] for each in found] == [place(study, "w in"), place(study, "(w) on", 1)]

# Every beginning of a file, and a file with parts taken out.
random.seed(1)
version = 2
for end in range(0, len(study), 3):
    version += 1
    client.change(uri, study[:end], version)
    ask_everything(client, uri, place(study, study[end:]))
for _ in range(100):
    version += 1
    text = study
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text))
        text = text[:at] + random.choice(["", "{", "}", "(", "\"", "=", "\u20ac", "\n", "in"]) + \
            text[at + random.randint(0, 9):]
    client.change(uri, text, version)
    ask_everything(client, uri, place(text, text[random.randrange(len(text)):]))

# Large files: one that is read, one that is not.
client.change(uri, study + "# comment\n" * 300000, version + 1)
ask_everything(client, uri, {"line": 2, "character": 20})
client.change(uri, study + "let a = " + "(" * 100000, version + 2)
ask_everything(client, uri, {"line": 4, "character": 100})
client.change(uri, "# comment\n" * 500000, version + 3)
wait_until(uri, says("larger than 4 MiB"))
ask_everything(client, uri, {"line": 2, "character": 20})

# Files that include each other, the other one unsaved.
first, second = os.path.join(folder, "a.nnx"), os.path.join(folder, "b.nnx")
a = client.open(first, 'include "b.nnx"\nlet x = 1\n')
b = client.open(second, 'include "a.nnx"\nlet y = x\n')
wait_until(a, lambda found: says("includes itself")(found + client.diagnostics.get(b, [])))
ask_everything(client, b, {"line": 1, "character": 8})

# A change in an included file is seen in the study, and its errors where they are.
main, part = os.path.join(folder, "main.nnx"), os.path.join(folder, "part.nnx")
head, tail = study.split("experiment")
p = client.open(part, head)
m = client.open(main, 'include "part.nnx"\nexperiment' + tail)
wait_until(m, lambda found: found == [])
client.change(p, head.replace("dense(w)", "dense(w, 3, 4)"), 2)
wait_until(p, says("expected activation for `activation`"))
renamed = client.call("textDocument/rename", {"textDocument": {"uri": p}, "newName": "digits",
                                              "position": {"line": 0, "character": 8}})
assert sorted(renamed["changes"]) == [m, p], renamed

assert client.end() == 0
ended = Client()
ended.initialize()
ended.process.stdin.close()
assert ended.process.wait(timeout=20) == 1  # it was left without a word
print("all well")
