"""Plugsmith: back up, understand, flash and restore Tuya devices on Beken Wi-Fi chips.

For programs: `plugsmith.verbs()` is the table of what can be done, `plugsmith.verb("backup")` one
of them; `verb.run(plugsmith.Session(), verb.request_type(...))` does it and returns a typed result.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.api.verb import Verb

__version__ = "0.1.0"
__all__ = ["Session", "__version__", "verb", "verbs"]

# Nothing is imported before it is asked for: every module of the package imports this one.
_TABLE, _SESSION = "plugsmith.api.table", "plugsmith.api.session"


def verbs() -> tuple[Verb, ...]:
    """Every verb, in the order in which they are listed."""
    found: tuple[Verb, ...] = import_module(_TABLE).VERBS
    return found


def verb(name: str) -> Verb:
    """The verb of that name, as `dump config`; KeyError for one that does not exist."""
    found: Verb = import_module(_TABLE).BY_NAME[name]
    return found


def __getattr__(name: str) -> object:
    if name == "Session":
        return import_module(_SESSION).Session
    raise AttributeError(name)
