"""src/plugsmith/locale/plugsmith.pot: every sentence of the catalogue, by babel."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

SOURCE = Path(__file__).resolve().parents[2] / "src" / "plugsmith"
_KEYWORDS = {"_": None, "N_": None}


def page() -> str:
    """The template without dates and line numbers, so that it changes only with the sentences."""
    catalog = Catalog(project="plugsmith", charset="utf-8")
    found = extract_from_dir(SOURCE, [("**.py", "python")], keywords=_KEYWORDS)
    for _file, _line, message, comments, context in found:
        if message:
            catalog.add(message, auto_comments=comments, context=context)
    text = io.BytesIO()
    write_po(text, catalog, width=100, no_location=True, omit_header=True, sort_output=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return head + text.getvalue().decode("utf-8")
