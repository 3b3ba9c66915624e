"""Which backups may go: never the last one of anything that cannot be read again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.library.backups.labels import Label, read_label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from plugsmith.library.backups.index import IndexEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRule:
    """`keep` newest backups of each device stay; with `before` (ISO 8601) only older ones go."""

    keep: int = 3
    before: str | None = None


def superfluous(
    entries: Iterable[IndexEntry], rule: PruneRule, *, folder: Path, in_use: Collection[str] = ()
) -> list[IndexEntry]:
    """The backups that the rule gives up, the oldest first.

    What stays whatever the rule says: the first backup of each device (most often the only one of
    the vendor's firmware) and its newest, by their numbers and by the times of their files, since a
    clock may have been wrong; a backup with a label or note; one that an interrupted job names
    (`in_use`: paths or names); one outside `folder`, where the user put it; and all of a device
    that has neither MAC nor calibration to know it by.
    """
    gone: list[IndexEntry] = []
    for backups in _by_device(entries).values():
        in_order = sorted(backups, key=lambda item: item.order)
        by_time = sorted(backups, key=lambda item: item.stamp[1])
        newest = max(rule.keep, 1)
        spared = [*in_order[:1], *in_order[-newest:], *by_time[:1], *by_time[-newest:]]
        gone += [
            entry
            for entry in in_order
            if entry not in spared
            and entry.file.parent == folder
            and not _named_by(in_use, entry)
            and read_label(entry.file) == Label()
            and (rule.before is None or entry.created < rule.before)
        ]
    return sorted(gone, key=lambda item: item.order)


def _by_device(entries: Iterable[IndexEntry]) -> dict[tuple[str, str], Sequence[IndexEntry]]:
    found: dict[tuple[str, str], list[IndexEntry]] = {}
    for entry in entries:
        device = entry.device
        known = device.mac or device.rf_sha256
        if known is not None:
            found.setdefault((device.chip, known), []).append(entry)
    return dict(found)


def _named_by(in_use: Collection[str], entry: IndexEntry) -> bool:
    return any(name in {str(entry.file), entry.file.name, entry.file.stem} for name in in_use)
