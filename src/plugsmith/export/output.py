"""What an exporter gets and gives."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.openbeken.template import Template

_MAX_TITLE = 120
_MAX_LINE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """One file: a plain name without folders, and its text."""

    name: str
    text: str
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What the profile does not know: names, and the template where the user brought his own.

    `topic` is the MQTT topic of the device for previews.
    """

    title: str = ""
    vendor: str = ""
    model: str = ""
    template: Template | None = None
    topic: str = ""
    extras: tuple[str, ...] = ()  # parts of an ESPHome configuration, export/esphome/extras.py

    @property
    def shown_title(self) -> str:
        """A title of one line, never empty."""
        return one_line(self.title or self.model or "Tuya device")[:_MAX_TITLE]

    @property
    def file_stem(self) -> str:
        """The title as a file name: lower-case ASCII, no path, never empty."""
        return safe_name(self.shown_title)[:60].strip("-") or "device"


def one_line(text: str, *, limit: int = _MAX_LINE) -> str:
    """`text` without line breaks, control and direction characters, at most `limit` long."""
    head = text[: 4 * limit]
    clean = "".join(" " if unicodedata.category(mark).startswith("C") else mark for mark in head)
    return " ".join(clean.split())[:limit]


def safe_name(text: str) -> str:
    """Lower-case ASCII letters, digits and dashes only."""
    plain = unicodedata.normalize("NFKD", text[:_MAX_LINE]).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
