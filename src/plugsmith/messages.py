"""The message catalogue: every sentence a user can read passes through `_` or `N_`.

`_("text {name}", name=value)` translates and then fills in; the untranslated text is the key.
`N_("text")` only marks a text that is translated later, where it is shown (error classes, tables).
`{count:device|devices}` in a text or in its translation is the word that goes with a number
(`plurals.py`): so a sentence may count several things, and no call needs to know how many forms
a language has. The language is that of the run (`speaking`), else comes from PLUGSMITH_LANG, the
configuration file or the system; English needs no catalogue file.
"""

from __future__ import annotations

import gettext
import os
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DOMAIN = "plugsmith"
LOCALE_DIR = Path(__file__).parent / "locale"


_chosen: list[str | None] = [None]  # by the user's configuration file; the environment wins
_spoken: ContextVar[str | None] = ContextVar("language", default=None)  # of this run; wins over all


def choose_language(language: str | None) -> None:
    """The language where the environment names none."""
    _chosen[0] = language


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Everything that this thread or task says within is in `language`; None changes nothing."""
    before = _spoken.set(language or _spoken.get())
    try:
        yield
    finally:
        _spoken.reset(before)


def speak(language: str) -> None:
    """From now on this thread or task says everything in `language`: JSON is always English."""
    _spoken.set(language)


@cache
def _catalogue(language: str | None) -> gettext.NullTranslations:
    wanted = [language] if language else None
    found = gettext.translation(DOMAIN, str(LOCALE_DIR), languages=wanted, fallback=True)
    if isinstance(found, gettext.GNUTranslations):
        return found
    return _from_text(language or language_of_system()) or found


def _from_text(language: str) -> gettext.NullTranslations | None:
    """The catalogue out of its .po file, where nobody compiled it."""
    path = LOCALE_DIR / language.partition("_")[0] / "LC_MESSAGES" / f"{DOMAIN}.po"
    if language == "en" or not language.isascii() or not path.is_file():
        return None
    from plugsmith.po_file import read_po  # noqa: PLC0415 - English costs nothing

    catalogue = gettext.NullTranslations()
    kept = read_po(path.read_text(encoding="utf-8"))
    catalogue._catalog = kept  # type: ignore[attr-defined]  # noqa: SLF001 - as GNUTranslations has
    catalogue.gettext = lambda message: kept.get(message, message)  # type: ignore[method-assign]
    return catalogue


def language_of_system() -> str:
    """The language that the environment asks for, `en` where it asks for none."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    named = next((os.environ[name] for name in names if os.environ.get(name)), "") or _of_windows()
    code = named.partition(":")[0].partition(".")[0].partition("_")[0].lower()
    return code if code.isalpha() and code != "c" else "en"


def _of_windows() -> str:
    """The language of the desktop, as `pl_PL`; Windows sets no variable for it."""
    if os.name != "nt":
        return ""
    import ctypes  # noqa: PLC0415 - this system only
    import locale  # noqa: PLC0415

    system = getattr(ctypes, "windll").kernel32  # noqa: B009 - unknown to checkers elsewhere
    return locale.windows_locale.get(system.GetUserDefaultUILanguage(), "")


def _asked() -> str | None:
    return _spoken.get() or os.environ.get("PLUGSMITH_LANG") or _chosen[0]


def language() -> str:
    """The language of this run as a code, `en` where none was asked for or it is not there."""
    code = (_asked() or language_of_system()).partition("_")[0].lower()
    return code if code in languages() else "en"


def languages() -> tuple[str, ...]:
    """English and every language that has a catalogue, compiled or as text."""
    places = LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.?o")
    return ("en", *sorted({path.parts[-3] for path in places}))


def sentences(name: str) -> dict[str, str]:
    """Every translated sentence of a language, by its English text."""
    kept = getattr(_catalogue(name), "_catalog", {})  # gettext has no other way to list them
    return {text: said for text, said in kept.items() if isinstance(text, str) and text}


def _(text: str, /, **facts: object) -> str:
    """Return `text` in the user's language with its {fields} filled from `facts`.

    A brace that is meant is written twice, also in a text without fields.
    """
    translated = _catalogue(_asked()).gettext(text)
    if not facts:
        return translated.replace("{{", "{").replace("}}", "}")
    if "|" in translated:
        from plugsmith.plurals import filled  # noqa: PLC0415 - few texts count

        return filled(translated, "en" if translated is text else language(), facts)
    return translated.format(**facts)


def N_(text: str, /) -> str:  # noqa: N802 - gettext's own name for "mark only"
    """Mark `text` for the catalogue and return it unchanged."""
    return text
