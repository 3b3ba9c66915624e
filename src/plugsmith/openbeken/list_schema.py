"""The rules that OpenBeken's device list sets for its entries (upk-mapping.md section 10).

Written from the description of the list's schema: texts, a table of pins with at least one entry,
links, a startup command of at most 511 characters, and six fields that must be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.messages import _
from plugsmith.openbeken.limits import ARGUMENT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUIRED = ("vendor", "name", "chip", "pins", "image", "wiki")
_TEXTS = ("vendor", "name", "model", "chip", "board", "image", "wiki", "product", "shop", "command")
_LISTS = ("urls", "keywords", "gallery")
_LAST_FLAG = 15


def schema_problems(entry: Mapping[str, object]) -> list[tuple[str, str]]:
    """Field and sentence for every rule that the entry breaks; empty if the list takes it."""
    return [*_missing(entry), *_texts(entry), *_lists(entry), *_pins(entry), *_numbers(entry)]


def _missing(entry: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in REQUIRED:
        if not entry.get(name):
            yield name, _("The field {name} is missing.", name=name)


def _texts(entry: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in _TEXTS:
        value = entry.get(name)
        if value is not None and not isinstance(value, str):
            yield name, _("The field {name} must be a text.", name=name)
    command = entry.get("command")
    if isinstance(command, str) and len(command) > ARGUMENT_LIMIT:
        yield (
            "command",
            _(
                "The command has {length} characters; the list takes {limit}.",
                length=len(command),
                limit=ARGUMENT_LIMIT,
            ),
        )


def _lists(entry: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in _LISTS:
        value = entry.get(name)
        listed = value if isinstance(value, list) else []
        if value is not None and not (
            isinstance(value, list) and all(isinstance(item, str) for item in listed)
        ):
            yield name, _("The field {name} must be a list of texts.", name=name)


def _pins(entry: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    pins = entry.get("pins")
    if not pins:
        return
    if not isinstance(pins, dict):
        yield "pins", _("The pins must be a table.")
        return
    for key, value in pins.items():
        fits = isinstance(key, str) and key.isascii() and key.isdigit() and isinstance(value, str)
        if not fits:
            yield "pins", _("Pin {key!r} must be a number with a text.", key=str(key)[:20])


def _numbers(entry: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    flag = entry.get("flag")
    if flag is not None and (
        isinstance(flag, bool) or not isinstance(flag, int) or not 0 <= flag <= _LAST_FLAG
    ):
        yield "flag", _("The field flag must be a number from 0 to 15.")
    flags = entry.get("flags")
    if flags is not None and not (isinstance(flags, str) and flags.isascii() and flags.isdigit()):
        yield "flags", _("The field flags must be a number written as a text.")
