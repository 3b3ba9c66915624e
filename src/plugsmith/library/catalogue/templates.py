"""The catalogue of devices: lists imported with their origin, entries found again by many ways."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING, Self

from plugsmith.interpret.catalogue.entry import CatalogueEntry, read_entry
from plugsmith.library.catalogue.database import Database
from plugsmith.library.catalogue.entry_rows import StoredEntry, entry_key, from_row, insert_entry
from plugsmith.records import frozen

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from pathlib import Path


_COLUMNS = (
    "e.id, e.key, e.kind, e.chip, e.board, e.meter, e.relays, e.rejected, e.body, s.name, s.licence"
)
_FROM = "FROM entries e JOIN sources s ON s.id = e.source"


@frozen
class ListOrigin:
    """Where a list came from; `fetched` is the date of the import, `sha256` that of its bytes."""

    name: str
    kind: str  # file, folder, url or shipped
    location: str
    licence: str
    fetched: str
    version: str = ""
    sha256: str = ""


@frozen
class ImportReport:
    """What an import did; `by_rule` counts corrections, `rejected` counts reasons."""

    source: str
    total: int
    usable: int
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)


class TemplateCatalogue:
    """The catalogue in `path` (None: in memory). Close it, or use it in `with`."""

    def __init__(self, path: Path | None, *, text_index: bool = True) -> None:
        self.database = Database(path, text_index=text_index)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.database.close()

    # --- import -----------------------------------------------------------------------------

    def import_entries(self, source: ListOrigin, raws: Iterable[object]) -> ImportReport:
        """Bring the catalogue's copy of `source` up to date with `raws`, all or nothing.

        Entries that did not change are not read again; entries that are gone are removed; entries
        that cannot be used are kept with the reason, so that nothing vanishes silently.
        """
        wanted = _keyed(source.name, raws)
        with self.database.changing() as connection:
            number = _store_source(connection, source)
            known = {
                str(key): (int(row), str(digest))
                for row, key, digest in connection.execute(
                    "SELECT id, key, digest FROM entries WHERE source = ?", (number,)
                )
            }
            added = changed = 0
            for key, (raw, digest) in wanted.items():
                before = known.pop(key, None)
                if before is not None and before[1] == digest:
                    continue
                if before is not None:
                    self._delete(connection, before[0])
                insert_entry(
                    connection,
                    source=number,
                    key=key,
                    digest=digest,
                    entry=read_entry(raw),
                    text_index=self.database.has_text_index,
                )
                added += before is None
                changed += before is not None
            for row, _digest in known.values():
                self._delete(connection, row)
            return _report(
                connection,
                source.name,
                number,
                added=added,
                changed=changed,
                unchanged=len(wanted) - added - changed,
                removed=len(known),
            )

    def _delete(self, connection: sqlite3.Connection, row: int) -> None:
        connection.execute("DELETE FROM entries WHERE id = ?", (row,))
        if self.database.has_text_index:
            connection.execute("DELETE FROM texts WHERE rowid = ?", (row,))

    # --- what is there ----------------------------------------------------------------------

    def sources(self) -> list[ListOrigin]:
        """Every list that was imported, by name."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT name, kind, location, licence, fetched, version, sha256 FROM sources "
                "ORDER BY name"
            ).fetchall()
        names = ("name", "kind", "location", "licence", "fetched", "version", "sha256")
        return [ListOrigin(**dict(zip(names, map(str, row), strict=True))) for row in rows]

    def source(self, name: str) -> ListOrigin | None:
        """The list of that name."""
        return next((item for item in self.sources() if item.name == name), None)

    def report(self, name: str) -> ImportReport | None:
        """The counts of a list as it lies in the catalogue."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT id FROM sources WHERE name = ?", (name,)).fetchone()
            if row is None:
                return None
            total = _count(connection, "SELECT count(*) FROM entries WHERE source = ?", row[0])
            return _report(connection, name, int(row[0]), unchanged=total)

    def entry(self, key: str) -> StoredEntry | None:
        """The entry of that id."""
        with self.database.reading() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} {_FROM} WHERE e.key = ?",
                (key,),
            ).fetchone()
            return self._with_corrections(connection, from_row(row)) if row else None

    def rejected(self, source: str) -> list[StoredEntry]:
        """The entries of a list that cannot be used, each with the reason."""
        query = f"SELECT {_COLUMNS} {_FROM} WHERE s.name = ? AND e.rejected <> '' ORDER BY e.id"
        with self.database.reading() as connection:
            return [from_row(row) for row in connection.execute(query, (source,))]

    def entries(self, rows: Iterable[int]) -> list[StoredEntry]:
        """The entries with these row numbers, in this order."""
        wanted = [int(row) for row in rows]
        marks = ",".join("?" * len(wanted))
        query = f"SELECT {_COLUMNS} {_FROM} WHERE e.id IN ({marks})"
        with self.database.reading() as connection:
            found = {int(row[0]): from_row(row) for row in connection.execute(query, wanted)}
        return [found[row] for row in wanted if row in found]

    @staticmethod
    def _with_corrections(connection: sqlite3.Connection, entry: StoredEntry) -> StoredEntry:
        rows = connection.execute(
            "SELECT rule, text FROM corrections WHERE entry = ? ORDER BY rowid", (entry.row,)
        ).fetchall()
        return entry.with_corrections([(str(rule), str(text)) for rule, text in rows])


def _keyed(source: str, raws: Iterable[object]) -> dict[str, tuple[object, str]]:
    """Stable ids for the entries of a list, with a digest of each entry's contents."""
    found: dict[str, tuple[object, str]] = {}
    seen: Counter[str] = Counter()
    for raw in raws:
        base = entry_key(source, raw)
        seen[base] += 1
        key = base if seen[base] == 1 else f"{base}~{seen[base]}"
        text = json.dumps(raw, sort_keys=True, ensure_ascii=True, default=str)
        found[key] = (raw, hashlib.sha256(text.encode()).hexdigest())
    return found


def _store_source(connection: sqlite3.Connection, source: ListOrigin) -> int:
    connection.execute(
        "INSERT INTO sources (name, kind, location, licence, fetched, version, sha256) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(name) DO UPDATE SET kind = excluded.kind, "
        "location = excluded.location, licence = excluded.licence, fetched = excluded.fetched, "
        "version = excluded.version, sha256 = excluded.sha256",
        (
            source.name,
            source.kind,
            source.location,
            source.licence,
            source.fetched,
            source.version,
            source.sha256,
        ),
    )
    return _count(connection, "SELECT id FROM sources WHERE name = ?", source.name)


def _report(
    connection: sqlite3.Connection,
    name: str,
    number: int,
    *,
    added: int = 0,
    changed: int = 0,
    unchanged: int = 0,
    removed: int = 0,
) -> ImportReport:
    rules = connection.execute(
        "SELECT rule, count(*) FROM corrections c JOIN entries e ON e.id = c.entry "
        "WHERE e.source = ? GROUP BY rule ORDER BY count(*) DESC, rule",
        (number,),
    ).fetchall()
    reasons = connection.execute(
        "SELECT rejected, count(*) FROM entries WHERE source = ? AND rejected <> '' "
        "GROUP BY rejected ORDER BY rejected",
        (number,),
    ).fetchall()
    total = _count(connection, "SELECT count(*) FROM entries WHERE source = ?", number)
    return ImportReport(
        source=name,
        total=total,
        usable=total - sum(int(count) for _, count in reasons),
        added=added,
        changed=changed,
        unchanged=unchanged,
        removed=removed,
        by_rule={str(rule): int(count) for rule, count in rules},
        rejected={str(reason): int(count) for reason, count in reasons},
    )


def _count(connection: sqlite3.Connection, query: str, value: object) -> int:
    return int(connection.execute(query, (value,)).fetchone()[0])


__all__ = ["CatalogueEntry", "ImportReport", "ListOrigin", "StoredEntry", "TemplateCatalogue"]
