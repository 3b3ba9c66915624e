"""Texts out of other people's lists, made harmless: length, control and direction characters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from plugsmith.openbeken.limits import startup_limit

MAX_NAME_LEN = 200
MAX_COMMAND_LEN = startup_limit()
MAX_LINK_LEN = 500
MAX_WORDS = 60
_SCHEMES = frozenset({"http", "https"})


@dataclass(slots=True)
class TextCleaner:
    """Cleans the texts of one entry and remembers which rules it had to use, in words of rules."""

    used: list[str] = field(default_factory=list)

    def name(self, value: object, *, limit: int = MAX_NAME_LEN) -> str:
        """A text of one line; empty for what is no text."""
        if value is None or value == "":
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.used.append("text-dropped")
            return ""
        raw = str(value)
        text = self._plain(raw[: 4 * limit])
        if len(raw) > 4 * limit or len(text) > limit:
            self.used.append("text-cut")
            return text[:limit].rstrip()
        return text

    def command(self, value: object) -> str:
        """A startup command; one that does not fit the firmware's field is dropped, never cut."""
        if isinstance(value, str) and len(value) > MAX_COMMAND_LEN:
            self.used.append("command-dropped")
            return ""
        text = value.strip().replace("\r", "\n") if isinstance(value, str) else value
        if isinstance(text, str) and "\n" in text:
            text = _one_line(text)
            self.used.append("command-lines")
        return self.name(text, limit=MAX_COMMAND_LEN)

    def words(self, value: object) -> tuple[str, ...]:
        """A list of keywords."""
        listed = value if isinstance(value, list) else []
        if len(listed) > MAX_WORDS:
            self.used.append("keywords-cut")
        cleaned = (self.name(item, limit=80) for item in listed[:MAX_WORDS])
        return tuple(item for item in cleaned if item)

    def link(self, value: object) -> str:
        """A web address; others (files, scripts) are dropped."""
        text = self.name(value, limit=MAX_LINK_LEN)
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            fine = parts.scheme.lower() in _SCHEMES and bool(parts.hostname)
        except ValueError:
            fine = False
        if not fine or any(mark in text for mark in "\"'<>` \\"):
            self.used.append("link-dropped")
            return ""
        return text

    def _plain(self, text: str) -> str:
        clean = "".join(
            " " if unicodedata.category(letter).startswith("C") else letter for letter in text
        )
        if clean != text:
            self.used.append("control-characters")
        shorter = " ".join(clean.split())
        if clean == text and shorter != text:
            self.used.append("blanks-removed")
        return shorter


def _one_line(text: str) -> str:
    """The lines of a script as one backlog, as the firmware would take them from its field."""
    lines = [line.strip().rstrip(";") for line in text.split("\n")]
    whole = "; ".join(line for line in lines if line)
    return whole if whole.lower().startswith("backlog ") else f"backlog {whole}"
