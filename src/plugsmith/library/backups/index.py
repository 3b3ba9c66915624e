"""The index of backups: a cache of their passports that heals itself.

The passports are the truth. The index (one JSON file, replaced as a whole) spares reading them;
each use compares it with the folder, reads what is new or changed and drops what is gone. So an
index that is lost, torn, outdated or just overwritten by another process costs only some reading.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.library.backups.labels import LABEL_SUFFIX
from plugsmith.library.backups.passport import read_passport
from plugsmith.library.device_key import MAC_TEXT, SHA256_TEXT, DeviceKey
from plugsmith.library.home import write_whole
from plugsmith.library.reader import JsonReader, Misfit
from plugsmith.library.set_aside import SetAside
from plugsmith.limited_read import read_regular
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from plugsmith.errors import Fact

_SCHEMA = "plugsmith-index/3"
_LONGEST = 16 << 20
_U64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One backup; `stamp` (size and time of the file it was read from) shows a later change.

    `number` is the passport's.
    """

    source: str  # the name in the folder of what it was read from
    stamp: tuple[int, int]
    file: Path
    created: str
    device: DeviceKey
    sha256: str
    label: str | None
    number: int = 0

    @property
    def order(self) -> tuple[int, str]:
        """Sorts backups by when they were stored; dates decide only where numbers do not."""
        return (self.number, self.created)


class BackupIndex:
    """The cached list of what is in `folder`."""

    def __init__(self, folder: Path, index_file: Path, aside: SetAside | None = None) -> None:
        self._aside = aside or SetAside()
        self._folder = folder
        self._file = index_file

    def refresh(self) -> tuple[IndexEntry, ...]:
        """The backups in the folder, the latest first; the index file is brought up to date."""
        known = {entry.source: entry for entry in self._load()}
        current: list[IndexEntry] = []
        for path in sorted(self._folder.glob("*.json")):
            if path.name.endswith(LABEL_SUFFIX):
                continue
            stamp = _stamp(path)
            cached = known.get(path.name)
            if cached is not None and cached.stamp == stamp:
                current.append(cached)
            elif stamp is not None:
                current.extend(_entry(path, stamp, self._aside))
        if current != list(known.values()):
            self._store(current)
        return tuple(sorted(current, key=lambda entry: entry.order, reverse=True))

    def _load(self) -> list[IndexEntry]:
        try:
            reader = JsonReader.parse(read_regular(self._file, limit=_LONGEST), limit=_LONGEST)
            if reader.text("schema") != _SCHEMA:
                return []
            return [_cached(item) for item in reader.objects("backups")]
        except (OSError, PlugsmithError, Misfit):
            return []

    def _store(self, entries: list[IndexEntry]) -> None:
        body: dict[str, Fact] = {
            "schema": _SCHEMA,
            "backups": [
                {
                    "source": entry.source,
                    "size": entry.stamp[0],
                    "time_ns": entry.stamp[1],
                    "file": str(entry.file),
                    "created": entry.created,
                    "chip": entry.device.chip,
                    "flash_size": entry.device.flash_size,
                    "mac": entry.device.mac,
                    "rf_sha256": entry.device.rf_sha256,
                    "jedec": entry.device.jedec,
                    "sha256": entry.sha256,
                    "label": entry.label,
                    "number": entry.number,
                }
                for entry in entries
            ],
        }
        with suppress(OSError):  # a cache that cannot be kept is no reason to stop the work
            text = json.dumps(body, indent=1, ensure_ascii=True) + "\n"
            write_whole(self._file, text.encode(), keep_existing=False)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return (facts.st_size, facts.st_mtime_ns)


def _entry(path: Path, stamp: tuple[int, int], aside: SetAside) -> list[IndexEntry]:
    """The backup behind a file of the folder; none where it is not a passport or not complete."""
    try:
        data = read_regular(path, limit=_LONGEST)
        file = _pointed(data)
        if file is not None:
            data = read_regular(file.with_suffix(".json"), limit=_LONGEST)
        passport = read_passport(data, name=path.name)
    except PlugsmithError as problem:
        aside.add(path, problem.message)
        return []
    except OSError as problem:
        aside.add(path, system_words(problem))
        return []
    return [
        IndexEntry(
            source=path.name,
            stamp=stamp,
            file=file or path.with_suffix(".bin"),
            created=passport.created,
            device=DeviceKey(
                chip=passport.chip,
                flash_size=passport.flash_size,
                mac=passport.mac,
                rf_sha256=passport.rf_sha256,
                jedec=passport.jedec,
            ),
            sha256=passport.sha256,
            label=passport.label,
            number=passport.number,
        )
    ]


def _pointed(data: bytes) -> Path | None:
    try:
        reader = JsonReader.parse(data, limit=_LONGEST)
        if reader.text("schema") != "plugsmith-pointer/1":
            return None
        return Path(reader.text("file"))
    except Misfit:
        return None


def _cached(reader: JsonReader) -> IndexEntry:
    return IndexEntry(
        source=reader.text("source"),
        stamp=(reader.number("size", most=_U64), reader.number("time_ns", most=_U64)),
        file=Path(reader.text("file")),
        created=reader.text("created"),
        device=DeviceKey(
            chip=reader.text("chip"),
            flash_size=reader.number("flash_size"),
            mac=reader.text_or_none("mac", like=MAC_TEXT),
            rf_sha256=reader.text_or_none("rf_sha256", like=SHA256_TEXT),
            jedec=reader.text_or_none("jedec"),
        ),
        sha256=reader.text("sha256"),
        label=reader.text_or_none("label"),
        number=reader.number("number"),
    )
