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


@cache
def _catalogue(language: str | None) -> gettext.NullTranslations:
    languages = [language] if language else None
    return gettext.translation(DOMAIN, str(LOCALE_DIR), languages=languages, fallback=True)


def _(text: str, /, **facts: object) -> str:
    """Return `text` in the user's language with its {fields} filled from `facts`."""
    translated = _catalogue(os.environ.get("PLUGSMITH_LANG")).gettext(text)
    return translated.format(**facts) if facts else translated


def N_(text: str, /) -> str:  # noqa: N802 - gettext's own name for "mark only"
    """Mark `text` for the catalogue and return it unchanged."""
    return text
