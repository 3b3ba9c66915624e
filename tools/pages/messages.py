"""src/plugsmith/locale/plugsmith.pot: every sentence of the catalogue, by babel.

Beside `_("...")` and `N_("...")` it takes the literal facts of errors, as `problem="its sum is
wrong"`: an error translates its facts when it is shown, and its JSON keeps them in English. The
sentences of the page in the browser are in it too: one catalogue for both.
"""

from __future__ import annotations

import ast
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from pages.page_texts import page_texts
from pages.page_words import data_texts
from plugsmith.errors.base import concrete_errors

SOURCE = Path(__file__).resolve().parents[2] / "src" / "plugsmith"
_FOR_DEVELOPERS = {"ValueError", "TypeError", "AssertionError", "NotImplementedError"}
_ERRORS = {error.__name__ for error in concrete_errors()}
_KEYWORDS = {"_": None, "N_": None}


def page() -> str:
    """The template without dates and line numbers, so that it changes only with the sentences."""
    catalog = Catalog(project="plugsmith", charset="utf-8")
    found = extract_from_dir(SOURCE, [("**.py", "python")], keywords=_KEYWORDS)
    for _file, _line, message, comments, context in found:
        if message:
            catalog.add(message, auto_comments=comments, context=context)
    for path in sorted(SOURCE.rglob("*.py")):
        for message in error_facts(ast.parse(path.read_text(encoding="utf-8"))):
            catalog.add(message)
    for message in (*page_texts(), *data_texts()):
        catalog.add(message)
    text = io.BytesIO()
    write_po(text, catalog, width=100, no_location=True, omit_header=True, sort_output=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return head + text.getvalue().decode("utf-8")


def same(old: str, new: str) -> bool:
    """Whether two templates hold the same sentences; how Babel wraps lines is its own affair."""
    return _sentences(old) == _sentences(new)


def _sentences(text: str) -> set[object]:
    catalog = read_po(io.BytesIO(text.encode("utf-8")))
    return {(message.id, message.context) for message in catalog if message.id}


def error_facts(module: ast.Module) -> list[str]:
    """Literal words handed to the errors that a module raises, or returns to be raised."""
    found: list[str] = []
    for node in ast.walk(module):
        match node:
            case ast.Raise(exc=ast.Call() as call):
                if ast.unparse(call.func) in _FOR_DEVELOPERS:
                    continue
            case ast.Call() as call if ast.unparse(call.func) in _ERRORS:
                pass
            case _:
                continue
        for value in (*call.args, *(item.value for item in call.keywords)):
            match value:
                case ast.Constant(value=str(text)) if " " in text.strip():
                    found.append(text)
    return found
