"""The message catalogue: every sentence a user can read passes through `_` or `N_`.

`_("text {name}", name=value)` translates and then fills in; the untranslated text is the key.
`N_("text")` only marks a text that is translated later, where it is shown (error classes, tables).
The language comes from PLUGSMITH_LANG, else from the system; English needs no catalogue file.
"""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "plugsmith"
LOCALE_DIR = Path(__file__).parent / "locale"


_chosen: list[str | None] = [None]  # by the user's configuration file; the environment wins


def choose_language(language: str | None) -> None:
    """The language where the environment names none."""
    _chosen[0] = language


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
    named = next((os.environ[name] for name in names if os.environ.get(name)), "")
    code = named.partition(":")[0].partition(".")[0].partition("_")[0].lower()
    return code if code.isalpha() and code != "c" else "en"


def language() -> str:
    """The language of this run as a code, `en` where none was asked for or it is not there."""
    code = (os.environ.get("PLUGSMITH_LANG") or language_of_system()).partition("_")[0].lower()
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
    """Return `text` in the user's language with its {fields} filled from `facts`."""
    translated = _catalogue(os.environ.get("PLUGSMITH_LANG") or _chosen[0]).gettext(text)
    return translated.format(**facts) if facts else translated


def N_(text: str, /) -> str:  # noqa: N802 - gettext's own name for "mark only"
    """Mark `text` for the catalogue and return it unchanged."""
    return text
