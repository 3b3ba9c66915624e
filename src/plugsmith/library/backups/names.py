"""Which backup of the library is meant: by its name, its label, or the MAC of its device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors.library import BackupUnknown, SeveralBackups
from plugsmith.library.backups.labels import read_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.library.backups.index import IndexEntry

_SHOWN = 6


def called(entries: Sequence[IndexEntry], name: str) -> IndexEntry | None:
    """The backup that `name` means, None if none; SeveralBackups if it fits more than one.

    Its file name or stem comes before a label, and a label before a MAC (any letter case, with or
    without colons).
    """
    for entry in entries:
        if name in {entry.file.name, entry.file.stem}:
            return entry
    wanted = name.strip().casefold()
    labels = [entry for entry in entries if wanted in _labels(entry)]
    return _only(name, labels or [item for item in entries if _mac(item) == _plain(wanted)])


def find(entries: Sequence[IndexEntry], name: str) -> IndexEntry:
    """The same; BackupUnknown if there is none."""
    found = called(entries, name)
    if found is None:
        raise BackupUnknown(name=name)
    return found


def matching(entries: Sequence[IndexEntry], words: Sequence[str]) -> list[IndexEntry]:
    """The backups in whose name, chip, MAC, date, label or note every word occurs."""
    wanted = [word.casefold() for word in words]

    def fits(entry: IndexEntry) -> bool:
        label = read_label(entry.file)
        texts = [entry.file.stem, entry.device.chip, entry.device.mac, entry.created, entry.label]
        text = "\n".join(item for item in (*texts, label.label, label.note) if item).casefold()
        return all(word in text or (_plain(word) or word) in (_mac(entry) or "") for word in wanted)

    return [entry for entry in entries if fits(entry)]


def _only(name: str, found: Sequence[IndexEntry]) -> IndexEntry | None:
    if len(found) > 1:
        shown = ", ".join(entry.file.stem for entry in found[:_SHOWN])
        raise SeveralBackups(name=name, count=len(found), names=shown)
    return found[0] if found else None


def _labels(entry: IndexEntry) -> set[str]:
    return {text.casefold() for text in (entry.label, read_label(entry.file).label) if text}


def _mac(entry: IndexEntry) -> str | None:
    return _plain(entry.device.mac.casefold()) if entry.device.mac else None


def _plain(text: str) -> str:
    return text.replace(":", "").replace("-", "")
