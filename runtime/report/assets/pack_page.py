"""Packs the report's page into one zlib stream: pack_page.py OUTPUT

Puts the style, the scripts and the bundle of Vega, Vega-Lite and Vega-Embed into page.html and names
them by hash in its Content-Security-Policy, so that a browser runs these scripts and no other. The
marks @TITLE@, @BODY@ and @DATA@ stay for the runtime to fill.
"""
import base64
import hashlib
import os
import pathlib
import sys
import zlib

import vl_convert

BUNDLE = "window.vegaEmbed = vegaEmbed;"
# One script, in this order.
SCRIPTS = ("elements.js", "tables.js", "copy.js", "charts.js", "points.js", "theme.js")


def source(text):
    """The CSP source that allows exactly this inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def main(output):
    folder = pathlib.Path(__file__).parent
    page, style = ((folder / name).read_text() for name in ("page.html", "report.css"))
    script = '"use strict";\n(() => {\n' + "".join((folder / name).read_text() for name in SCRIPTS) + "})();\n"
    vega = vl_convert.javascript_bundle(BUNDLE)
    for name, text in (("the Vega bundle", vega), ("the page's script", script)):
        if "</script" in text.lower() or "<!--" in text or "\r" in text:
            sys.exit(f"pack_page: {name} cannot stand in a script element as it is")
    fill = {
        "@SCRIPT_SOURCES@": f"{source(vega)} {source(script)}",
        "@STYLE_SOURCE@": source(style),
        "@STYLE@": style,
        "@VEGA@": vega,
        "@SCRIPT@": script,
    }
    for mark, text in fill.items():
        before, after = page.split(mark)  # each mark stands once
        page = before + text + after
    temporary = pathlib.Path(f"{output}.tmp")
    temporary.write_bytes(zlib.compress(page.encode(), 9))
    os.replace(temporary, output)


main(sys.argv[1])
