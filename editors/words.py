#!/usr/bin/env python3
"""The words that editors colour, from the tables of the language.

editors/words.py           writes them into the TextMate grammar and Vim's syntax file
editors/words.py --check   says which of the two is not as the tables have it, and changes nothing
"""

import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
grammar_path = root / "editors/vscode/syntaxes/nnx.tmLanguage.json"
vim_path = root / "editors/vim/syntax/nnx.vim"


def rows(table, macro):
    """The first argument of each row."""
    text = re.sub(r"//.*", "", (root / "dsl/tables" / f"{table}.def").read_text())
    text = re.sub(r"^\s*#.*(\\\n.*)*", "", text, flags=re.M)
    return [first or second for first, second in
            re.findall(rf"\b{macro}\(\s*(?:\"([^\"]*)\"|(\w+))", text)]


def docs(table):
    text = (root / "dsl/tables/Docs.def").read_text()
    return re.findall(rf"NNX_DOC\({table}, \"([^\"]*)\"", text)


def words():
    constants = ["true", "false"]
    operators = ["and", "or", "not", "in"]
    keywords = sorted(set(rows("Tokens", "NNX_KEYWORD") + docs("word")) - set(constants + operators))
    types = re.findall(r"NNX_TYPE\(\w+, \"(\w+)\", true\)", (root / "dsl/tables/Types.def").read_text())
    layers = rows("Layers", "NNX_LAYER") + rows("Layers", "NNX_JOIN")
    values = (rows("Activations", "NNX_ACTIVATION") + ["softmax"] + rows("Optimizers", "NNX_OPTIMIZER") +
              rows("Losses", "NNX_LOSS") + rows("Schedules", "NNX_SCHEDULE") + rows("Inits", "NNX_INIT") +
              re.findall(r"NNX_CHOICE\(\w+, \"(\w+)\"\)", (root / "dsl/tables/Choices.def").read_text()))
    return {
        "keyword.control.nnx": keywords,
        "keyword.operator.word.nnx": operators,
        "constant.language.nnx": constants,
        "support.function.layer.nnx": sorted(set(layers)),
        "support.type.nnx": sorted(set(types) - set(layers)),
        "support.constant.nnx": sorted(set(values) - set(keywords) - set(layers)),
    }


def grammar():
    lists = words()
    pattern = {scope: r"(?<![\w.])(?:" + "|".join(names) + r")(?![\w.])" for scope, names in lists.items()}
    layer = pattern.pop("support.function.layer.nnx")
    kind = pattern.pop("support.type.nnx")
    name = r"[A-Za-z_]\w*"
    return {
        "name": "nnx",
        "scopeName": "source.nnx",
        "fileTypes": ["nnx"],
        "patterns": [
            {"name": "comment.line.number-sign.nnx", "match": "#.*$"},
            {"name": "string.quoted.double.nnx", "begin": "\"", "end": "\"|$",
             "patterns": [{"name": "constant.character.escape.nnx", "match": r"\\[\"\\nt]"},
                          {"name": "invalid.illegal.escape.nnx", "match": r"\\."}]},
            {"match": rf"^\s*(dataset|network|training|experiment|activation|let)\s+({name})",
             "captures": {"1": {"name": "keyword.control.nnx"},
                          "2": {"name": "entity.name.type.nnx"}}},
            {"match": rf"({name})\s*:\s*({kind})",
             "captures": {"1": {"name": "variable.parameter.nnx"}, "2": {"name": "support.type.nnx"}}},
            {"name": "constant.numeric.shape.nnx", "match": r"(?<!\w)\d+(?:x\d+)+(?!\w)"},
            {"name": "constant.numeric.nnx", "match": r"(?<!\w)\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)"},
            {"match": rf"({layer})\s*(?=[({{])", "captures": {"1": {"name": "support.function.layer.nnx"}}},
            {"match": rf"({name}(?:\.{name})?)\s*(?==(?!=))",
             "captures": {"1": {"name": "variable.other.setting.nnx"}}},
            *({"name": scope, "match": match} for scope, match in pattern.items()),
            {"match": rf"({name})\s*(?=\()", "captures": {"1": {"name": "entity.name.function.nnx"}}},
            {"name": "keyword.operator.nnx", "match": r"\.\.|==|!=|<=|>=|//|[-+*/<>=]"},
        ],
    }


def vim():
    groups = {"keyword.control.nnx": "Keyword", "keyword.operator.word.nnx": "Operator",
              "constant.language.nnx": "Boolean", "support.function.layer.nnx": "Layer",
              "support.type.nnx": "Type", "support.constant.nnx": "Constant"}
    lines = ['" Vim syntax of nnx. Made by editors/words.py from the tables of the language.',
             'if exists("b:current_syntax")', "  finish", "endif", ""]
    for scope, names in words().items():
        for start in range(0, len(names), 10):
            lines.append(f"syntax keyword nnx{groups[scope]} " + " ".join(names[start:start + 10]))
    lines += [
        r'syntax match nnxNumber "\<\d\+\(\.\d\+\)\?\([eE][-+]\?\d\+\)\?\>"',
        r'syntax match nnxNumber "\<\d\+\(x\d\+\)\+\>"',
        r'syntax match nnxName "\(^\s*\(dataset\|network\|training\|experiment\|activation\|let\)\s\+\)\@<=\h\w*"',
        r'syntax match nnxSetting "\<\h\w*\(\.\h\w*\)\?\ze\s*==\@!"',
        r'syntax match nnxEscape "\\[\"\\nt]" contained',
        r'syntax region nnxString start=+"+ skip=+\\.+ end=+"+ oneline contains=nnxEscape',
        r'syntax match nnxComment "#.*$" contains=@Spell', ""]
    links = {"Keyword": "Statement", "Operator": "Operator", "Boolean": "Boolean", "Layer": "Function",
             "Type": "Type", "Constant": "Constant", "Number": "Number", "Name": "Identifier",
             "Setting": "Label", "Escape": "SpecialChar", "String": "String", "Comment": "Comment"}
    lines += [f"highlight default link nnx{group} {target}" for group, target in links.items()]
    return "\n".join(lines + ["", 'let b:current_syntax = "nnx"', ""])


def main():
    wanted = {grammar_path: json.dumps(grammar(), indent=2) + "\n", vim_path: vim()}
    status = 0
    for path, text in wanted.items():
        if "--check" not in sys.argv:
            path.write_text(text)
        elif path.read_text() != text:
            print(f"error: {path.relative_to(root)} is not as the tables have it; run editors/words.py")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
