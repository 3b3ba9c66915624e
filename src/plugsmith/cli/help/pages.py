"""`plugsmith help WORD`: what an error code means, or a page of the documentation, as text.

The pages lie in the package (in a checkout: in `docs`), so nothing is looked up in a network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.cli.layout import definitions, paragraph
from plugsmith.handbook import page_file, page_names
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import PlugsmithError

_FACT = re.compile(r"\{(\w+)(?:![a-z])?(?::[^{}]*)?\}")
_ONLY_A_FACT = re.compile(r"\{\w+\}")


def page_of(word: str, width: int) -> str | None:
    """The text for an error code or a page; None where there is neither of that name."""
    if word.upper().startswith("PS-"):
        return _error(word.upper(), width)
    if word == "pages":
        return "\n".join(f"plugsmith help {name}.md" for name in page_names()) + "\n"
    file = page_file(word)
    return file.read_text(encoding="utf-8") if file is not None else None


def error_of(code: str) -> type[PlugsmithError] | None:
    """The class of a code."""
    from plugsmith.errors import concrete_errors

    return next((kind for kind in concrete_errors() if kind.code == code), None)


def _error(code: str, width: int) -> str | None:
    kind = error_of(code)
    if kind is None:
        return None
    about = " ".join((kind.__doc__ or "").split())
    said = _with_names(_(kind.what) + (f" {_(kind.why)}" if kind.why else ""))
    rows = [
        (_("Meaning"), about),
        (_("It says"), said),
        (_("What to do"), _with_names(_(kind.next_step))),
        (_("Exit code"), f"{int(kind.exit_code)}"),
    ]
    title = paragraph(code, width)
    return f"{title}\n\n{definitions([row for row in rows if row[1]], width)}\n"


def _with_names(text: str) -> str:
    """A template of an error with `<port>` where the port is filled in."""
    if _ONLY_A_FACT.fullmatch(text.strip()):
        return _("It depends on the case; the error itself says it.")
    return _FACT.sub(lambda found: f"<{found[1].replace('_', ' ')}>", text)
