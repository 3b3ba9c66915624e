"""A catalogue of translations as text (.po): what translators edit, read as it is."""

from __future__ import annotations

import ast
import re

_LINE = re.compile(r'(?:(?P<word>msgctxt|msgid|msgstr)\s+)?(?P<text>"(?:[^"\\]|\\.)*")\s*')


def read_po(text: str) -> dict[str, str]:
    """English sentence -> translation; what is empty, doubtful (fuzzy) or obsolete is left out."""
    found: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = block.splitlines()
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        parts = {"msgctxt": "", "msgid": "", "msgstr": ""}
        word = ""
        for line in lines:
            match = _LINE.fullmatch(line)
            if match is None:
                continue
            word = match["word"] or word
            if word:
                parts[word] += _unescaped(match["text"])
        if parts["msgid"] and parts["msgstr"]:
            found[parts["msgid"]] = parts["msgstr"]
    return found


def _unescaped(literal: str) -> str:
    """What a quoted text means; with an escape that is none, what is written there."""
    if "\\" not in literal:
        return literal[1:-1]
    try:
        return str(ast.literal_eval(literal))
    except (SyntaxError, ValueError):
        return literal[1:-1]
