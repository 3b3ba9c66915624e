"""Reading JSON that somebody else may have written: bounded, typed, one kind of complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from plugsmith.messages import _
from plugsmith.nested_json import read_nested

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping
    from enum import StrEnum

_LONGEST_TEXT = 1024
_LONGEST_LIST = 4096
_U32 = 0xFFFF_FFFF

E = TypeVar("E", bound="StrEnum")


class Misfit(Exception):
    """What is wrong, as the end of a sentence; whoever knows the file makes an error of it."""


def printable(text: str) -> str:
    """`text` as this reader will take it back: printable, at most 1024 characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:_LONGEST_TEXT]


class JsonReader:
    """Takes checked fields out of a JSON object; raises Misfit, and nothing else."""

    def __init__(self, fields: Mapping[str, object], *, place: str = "") -> None:
        self._fields = fields
        self._place = place

    @classmethod
    def parse(cls, data: bytes, *, limit: int) -> JsonReader:
        """The object in `data`, which may have at most `limit` bytes."""
        if len(data) > limit:
            raise Misfit(_("it has {count} bytes, more than {limit}", count=len(data), limit=limit))
        try:
            value = read_nested(data.decode("utf-8"))
        except (ValueError, RecursionError) as problem:
            raise Misfit("it is not JSON") from problem
        if not isinstance(value, dict):
            raise Misfit("it is not a JSON object")
        return cls(value)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._fields.get(name) is not None

    def text(self, name: str, *, like: re.Pattern[str] | None = None) -> str:
        """A printable text of at most 1024 characters, matching `like` as a whole."""
        value = self._fields.get(name)
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
            raise self._misfit(name, "is not a short text")
        if not value.isprintable():  # also keeps lone surrogates and control characters out
            raise self._misfit(name, "holds characters that cannot be printed")
        if like is not None and like.fullmatch(value) is None:
            raise self._misfit(name, "has the wrong form")
        return value

    def text_or_none(self, name: str, *, like: re.Pattern[str] | None = None) -> str | None:
        """The same, or None where the field is null or left out."""
        return self.text(name, like=like) if self.has(name) else None

    def number(self, name: str, *, most: int = _U32) -> int:
        """A whole number from 0 to `most`."""
        value = self._fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise self._misfit(name, "is not a number in range")
        return value

    def number_or_none(self, name: str, *, most: int = _U32) -> int | None:
        """The same, or None where the field is null or left out."""
        return self.number(name, most=most) if self.has(name) else None

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._fields.get(name)
        if not isinstance(value, bool):
            raise self._misfit(name, "is not true or false")
        return value

    def member(self, name: str, enum: type[E]) -> E:
        """A member of `enum`."""
        try:
            return enum(self.text(name))
        except ValueError as problem:
            raise self._misfit(name, "is not a known word") from problem

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where it is left out."""
        items = {str(number): item for number, item in enumerate(self._list(name))}
        inner = JsonReader(items, place=f"{self._place}{name}.")
        return tuple(inner.text(key) for key in items)

    def numbers(self, name: str, *, most: int = _U32) -> tuple[int, ...]:
        """A list of whole numbers from 0 to `most`; empty where it is left out."""
        items = {str(number): item for number, item in enumerate(self._list(name))}
        inner = JsonReader(items, place=f"{self._place}{name}.")
        return tuple(inner.number(key, most=most) for key in items)

    def objects(self, name: str) -> list[JsonReader]:
        """A list of objects; empty where it is left out."""
        found = []
        for number, item in enumerate(self._list(name)):
            if not isinstance(item, dict):
                raise self._misfit(name, "holds something else than objects")
            found.append(JsonReader(item, place=f"{self._place}{name}.{number}."))
        return found

    def nested(self, name: str) -> JsonReader:
        """A nested object."""
        value = self._fields.get(name)
        if not isinstance(value, dict):
            raise self._misfit(name, "is not an object")
        return JsonReader(value, place=f"{self._place}{name}.")

    def names(self) -> tuple[str, ...]:
        """The printable names of the fields, in order."""
        return tuple(name for name in self._fields if name.isprintable())

    def _list(self, name: str) -> list[object]:
        value = self._fields.get(name, [])
        if not isinstance(value, list) or len(value) > _LONGEST_LIST:
            raise self._misfit(name, "is not a list of bearable length")
        return value

    def _misfit(self, name: str, problem: str) -> Misfit:
        return Misfit(
            _("its field {name} {problem}", name=f"{self._place}{name}", problem=_(problem))
        )
