"""The word that goes with a number: `{count} {count:device|devices}`, in every language its forms.

The rules are those of gettext's Plural-Forms for the languages that we speak; a language that is
not named here has two forms, as English has.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def _english(number: int) -> int:
    return 0 if number == 1 else 1


def _polish(number: int) -> int:
    if number == 1:
        return 0
    return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2


_RULES = {"pl": (3, _polish)}
_USUAL = (2, _english)


def forms_of(language: str) -> int:
    """How many forms a word has in this language."""
    return _RULES.get(language, _USUAL)[0]


def filled(text: str, language: str, facts: Mapping[str, object]) -> str:
    """`text` with its fields filled; `{n:one|many}` becomes the form that goes with n.

    A number that is none (a text such as "1,024" or "all") takes the last form.
    """
    return _Words(language).vformat(text, (), facts)


class _Words(string.Formatter):
    def __init__(self, language: str) -> None:
        self._rule = _RULES.get(language, _USUAL)[1]

    def format_field(self, value: object, format_spec: str) -> str:
        """The form of a word, or the value as `str.format` writes it."""
        if "|" not in format_spec:
            return str(super().format_field(value, format_spec))
        forms = format_spec.split("|")
        try:
            at = self._rule(abs(int(str(value))))
        except ValueError:
            at = len(forms) - 1
        return forms[min(at, len(forms) - 1)]
