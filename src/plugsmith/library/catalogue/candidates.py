"""Finding entries of the catalogue by pins: ranked candidates, and uses that nobody else has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.interpret.catalogue.similarity import compare, weigher
from plugsmith.records import frozen

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from plugsmith.interpret.catalogue.similarity import Likeness
    from plugsmith.interpret.catalogue.traits import Traits
    from plugsmith.library.catalogue.templates import StoredEntry, TemplateCatalogue

CANDIDATES = 250  # compared closely; beyond that rank fewer pins agree than in any sensible match
ENOUGH_DEVICES = 25  # that use a pin at all, before a use of it may be called unusual


@frozen
class Candidate:
    """An entry that may be the device, and how alike it is."""

    entry: StoredEntry
    likeness: Likeness


@frozen
class UnusualPin:
    """A use of a pin that no entry has; `others` entries use the pin for other things."""

    gpio: int
    use: str
    others: int
    usual: str  # what most of them do with it


def candidates(
    catalogue: TemplateCatalogue,
    asked: Traits,
    *,
    limit: int = 10,
    closely: int = CANDIDATES,
    without: frozenset[str] = frozenset(),
) -> list[Candidate]:
    """The entries most like `asked`, best first; `without` are ids to leave out.

    `closely` entries with the most equal uses of pins are looked at one by one.
    """
    with catalogue.database.reading() as connection:
        weight = _weight(connection)
        rows = _rows(connection, asked, closely)
    found = [
        Candidate(entry=item, likeness=compare(asked, item.traits, weight=weight))
        for item in catalogue.entries(rows)
        if item.key not in without
    ]
    found.sort(key=lambda item: (-item.likeness.score, item.entry.row))
    return [item for item in found if item.likeness.score > 0][:limit]


def unusual_pins(catalogue: TemplateCatalogue, asked: Traits) -> list[UnusualPin]:
    """Uses of pins of a Beken device that no entry of the catalogue has."""
    if asked.chip and not asked.chip.startswith("BK"):
        return []
    found: list[UnusualPin] = []
    with catalogue.database.reading() as connection:
        for gpio, pin in sorted(asked.pins.items()):
            rows = connection.execute(
                "SELECT role, count(*) FROM pins WHERE gpio = ? AND beken = 1 GROUP BY role "
                "ORDER BY count(*) DESC, role",
                (gpio,),
            ).fetchall()
            uses = {str(role): int(count) for role, count in rows}
            others = sum(uses.values())
            if pin.use not in uses and others >= ENOUGH_DEVICES:
                usual = next(iter(uses))
                found.append(UnusualPin(gpio=gpio, use=pin.use, others=others, usual=usual))
    return found


def _weight(connection: sqlite3.Connection) -> Callable[[int, str], float]:
    counts = _counts(connection)
    total = int(connection.execute("SELECT count(DISTINCT entry) FROM pins").fetchone()[0])
    return weigher(counts, total)


def _counts(connection: sqlite3.Connection) -> Mapping[tuple[int, str], int]:
    rows = connection.execute("SELECT gpio, role, count(*) FROM pins GROUP BY gpio, role")
    return {(int(gpio), str(role)): int(count) for gpio, role, count in rows}


def _rows(connection: sqlite3.Connection, asked: Traits, closely: int) -> list[int]:
    """Entries worth a close look: the same product, or the most pins with the same use."""
    found: dict[int, None] = {}
    for product in sorted(asked.product_keys):
        rows = connection.execute("SELECT entry FROM keys WHERE product = ?", (product,))
        found.update((int(row[0]), None) for row in rows.fetchall())
    if asked.pins:
        parts = " OR ".join("(gpio = ? AND role = ?)" for _ in asked.pins)
        values = [value for gpio, pin in asked.pins.items() for value in (gpio, pin.use)]
        sql = (
            f"SELECT p.entry, count(*) AS same, (SELECT count(*) FROM pins q "  # noqa: S608 - marks
            f"WHERE q.entry = p.entry) AS size FROM pins p WHERE {parts} GROUP BY p.entry "
            f"ORDER BY same DESC, size, p.entry LIMIT ?"
        )
        rows = connection.execute(sql, [*values, closely])
        found.update((int(row[0]), None) for row in rows.fetchall())
    return list(found)
