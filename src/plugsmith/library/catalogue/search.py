"""Finding entries of the catalogue by words and facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.interpret.module_chip import module_name

if TYPE_CHECKING:
    from plugsmith.library.catalogue.templates import StoredEntry, TemplateCatalogue

MAX_WORDS_LEN = 400
_TRIGRAM = 3  # letters that the text index needs at least
_MAX_TERMS = 12
_NAME_SHARE, _START_SHARE, _SHORT_SHARE = 0.5, 0.3, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for; empty fields do not matter. `relays` is a number of switched channels."""

    words: str = ""
    vendor: str = ""
    chip: str = ""
    module: str = ""
    meter: str = ""
    relays: int | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueHit:
    """A found entry; `score` is 0 to 1."""

    entry: StoredEntry
    score: float
    named: tuple[str, ...]  # the words that stand in vendor, name or model


@dataclass(slots=True)
class _Conditions:
    """The parts of a SELECT: only texts of this module, values apart."""

    phrase: str = ""  # for the text index
    texts: list[str] = field(default_factory=lambda: ["e.rejected = ''"])
    values: list[object] = field(default_factory=list)

    def add(self, text: str, value: object) -> None:
        self.texts.append(text)
        self.values.append(value)


def search(catalogue: TemplateCatalogue, query: Query) -> list[CatalogueHit]:
    """The entries that hold all words and have all facts, best first."""
    terms = terms_of(query.words)
    parts = _Conditions()
    _add_words(parts, terms, indexed=catalogue.database.has_text_index)
    _add_facts(parts, query)
    limit = max(1, min(query.limit, 1000))
    sql, values = _select(parts, 4 * limit)
    with catalogue.database.reading() as connection:
        rows = connection.execute(sql, values).fetchall()
    scored = [(*_score(terms, *map(str, row[1:])), int(row[0])) for row in rows]
    scored.sort(key=lambda item: -item[0])
    best = scored[:limit]
    entries = {item.row: item for item in catalogue.entries(row for _, _, row in best)}
    return [
        CatalogueHit(entry=entries[row], score=score, named=named) for score, named, row in best
    ]


def _select(parts: _Conditions, limit: int) -> tuple[str, list[object]]:
    """The statement and its values. With words alone, only the best of the index are joined."""
    columns = "SELECT e.id, e.words, e.vendor, e.name, e.model FROM"
    if not parts.phrase:
        where = " AND ".join(parts.texts)
        sql = f"{columns} entries e WHERE {where} ORDER BY length(e.words), e.id LIMIT ?"
        return sql, [*parts.values, limit]
    if len(parts.texts) == 1:
        best = "SELECT rowid AS row, rank FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"
        sql = f"{columns} ({best}) t JOIN entries e ON e.id = t.row ORDER BY t.rank, e.id"
        return sql, [parts.phrase, limit]
    where = " AND ".join(["texts MATCH ?", *parts.texts])
    sql = f"{columns} texts t JOIN entries e ON e.id = t.rowid WHERE {where} "
    return f"{sql} ORDER BY t.rank, e.id LIMIT ?", [parts.phrase, *parts.values, limit]


def terms_of(words: str) -> tuple[str, ...]:
    """The words of a question, in lower case, each once."""
    listed = words[:MAX_WORDS_LEN].replace("\x00", " ").casefold().split()
    return tuple(dict.fromkeys(listed))[:_MAX_TERMS]


def _add_words(parts: _Conditions, terms: tuple[str, ...], *, indexed: bool) -> None:
    long = [term for term in terms if len(term) >= _TRIGRAM] if indexed else []
    if long:
        quoted = " AND ".join('"' + term.replace('"', '""') + '"' for term in long)
        parts.phrase = quoted
    for term in terms:
        if term not in long:
            parts.add("e.words LIKE ? ESCAPE '\\'", f"%{_escaped(term)}%")


def _add_facts(parts: _Conditions, query: Query) -> None:
    if query.vendor.strip():
        vendor = _escaped(query.vendor.strip().casefold())
        parts.add("e.vendor LIKE ? ESCAPE '\\'", f"%{vendor}%")
    if query.chip.strip():
        parts.add("e.chip = ?", query.chip.strip().upper())
    if query.module.strip():
        parts.add("e.board = ?", module_name(query.module) or query.module.strip().upper())
    meter = query.meter.strip().casefold()
    if meter in {"any", "yes"}:
        parts.add("e.meter <> ?", "")
    elif meter in {"none", "no"}:
        parts.add("e.meter = ?", "")
    elif meter:
        parts.add("lower(e.meter) = ?", meter)
    if query.relays is not None:
        parts.add("e.relays = ?", query.relays)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _score(
    terms: tuple[str, ...], words: str, vendor: str, name: str, model: str
) -> tuple[float, tuple[str, ...]]:
    """How well an entry that holds all words fits: words in names, at word starts, little else."""
    if not terms:
        return 1.0, ()
    names = f" {vendor} {name} {model}".casefold()
    named = tuple(term for term in terms if term in names)
    starts = sum(f" {term}" in f" {words}" for term in terms)
    brevity = min(1.0, sum(map(len, terms)) / max(1, len(names) - 1))
    score = (
        _NAME_SHARE * len(named) / len(terms)
        + _START_SHARE * starts / len(terms)
        + _SHORT_SHARE * brevity
    )
    return round(score, 4), named
