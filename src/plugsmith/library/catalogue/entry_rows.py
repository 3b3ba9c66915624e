"""One entry of the catalogue as rows of the database, and back."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.interpret.catalogue.entry import CatalogueEntry, Correction, EntryKind
from plugsmith.interpret.catalogue.traits import Traits, traits_of
from plugsmith.openbeken.template import read_template, write_template
from plugsmith.records import frozen

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

_KEY_LEN = 72
_MAX_CONFIG_TEXT = 40_000


@frozen
class StoredEntry:
    """An entry in the catalogue: `key` is its id for users, `row` the database's."""

    row: int
    key: str
    entry: CatalogueEntry
    traits: Traits
    source: str
    licence: str

    def with_corrections(self, rows: Iterable[tuple[str, str]]) -> StoredEntry:
        """The same with its corrections, which are stored apart."""
        found = tuple(Correction(rule=rule, text=text) for rule, text in rows)
        return replace(self, entry=replace(self.entry, corrections=found))


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and dashes only: fit for ids and file names."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def entry_key(source: str, raw: object) -> str:
    """The id of an entry: the list's name and what the entry calls itself."""
    words: list[str] = []
    if isinstance(raw, dict):
        whole = ("vendor", "manufacturer", "name", "model", "chip", "board")
        fields = ("slug",) if isinstance(raw.get("slug"), str) else whole
        words = [str(raw[key])[:80] for key in fields if isinstance(raw.get(key), str)]
    body = slug(" ".join(words))[:_KEY_LEN].strip("-")
    return f"{slug(source)[:24] or 'list'}:{body or 'unnamed'}"


def insert_entry(
    connection: sqlite3.Connection,
    *,
    source: int,
    key: str,
    digest: str,
    entry: CatalogueEntry,
    text_index: bool,
) -> None:
    """Write an entry with its pins, product keys, corrections and text index."""
    template = entry.template
    traits = traits_of(template, product_keys=entry.product_keys)
    words = " ".join(
        (
            template.vendor,
            template.name,
            template.model,
            template.chip,
            template.board,
            *template.keywords,
            *entry.product_keys,
            traits.meter,
        )
    ).casefold()
    row = connection.execute(
        "INSERT INTO entries (source, key, digest, kind, vendor, name, model, chip, board, meter, "
        "relays, rejected, words, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            source,
            key,
            digest,
            entry.kind.value,
            template.vendor.casefold(),
            template.name,
            template.model,
            traits.chip,
            traits.module,
            traits.meter,
            traits.relays,
            entry.rejected,
            words,
            _body(entry),
        ),
    ).lastrowid
    if text_index and not entry.rejected:
        connection.execute("INSERT INTO texts (rowid, words) VALUES (?, ?)", (row, words))
    beken = traits.chip.startswith("BK") or not traits.chip
    connection.executemany(
        "INSERT INTO pins (entry, gpio, role, beken) VALUES (?, ?, ?, ?)",
        [
            (row, pin.gpio, pin.use, beken)
            for pin in (traits.pins.values() if not entry.rejected else ())
        ],
    )
    connection.executemany(
        "INSERT INTO keys (entry, product) VALUES (?, ?)",
        [(row, product) for product in entry.product_keys],
    )
    connection.executemany(
        "INSERT INTO corrections (entry, rule, text) VALUES (?, ?, ?)",
        [(row, item.rule, item.text) for item in entry.corrections],
    )


def from_row(row: tuple[object, ...]) -> StoredEntry:
    """The entry of a row (id, key, kind, chip, board, meter, relays, rejected, body, ...)."""
    number, key, kind, _chip, _board, _meter, _relays, rejected, body, source, licence = row
    fields = json.loads(str(body))
    template = read_template(fields["template"]).template
    products = tuple(str(item) for item in fields["product_keys"])
    entry = CatalogueEntry(
        kind=EntryKind(str(kind)),
        template=template,
        config=fields.get("config"),
        product_keys=products,
        rejected=str(rejected),
    )
    return StoredEntry(
        row=int(str(number)),
        key=str(key),
        entry=entry,
        traits=traits_of(template, product_keys=products),
        source=str(source),
        licence=str(licence),
    )


def _body(entry: CatalogueEntry) -> str:
    fields: dict[str, object] = {
        "template": write_template(entry.template),
        "product_keys": list(entry.product_keys),
    }
    if entry.config is not None:
        fields["config"] = _bounded(entry.config)
    return json.dumps(fields, ensure_ascii=True)


def _bounded(config: Mapping[str, object]) -> Mapping[str, object]:
    text = json.dumps(config)
    return config if len(text) <= _MAX_CONFIG_TEXT else {}
