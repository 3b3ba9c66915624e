"""The device catalogue: how well matching ranks, and how fast import and search are.

Leave-one-out over the templates of the corpus with three or more pins: each is looked up in a
catalogue without itself. Relevant are the true twin (same pins with the same roles on the same or a
pin-compatible module) and the same product (same model number, or same article). Queries without
any relevant entry are not counted. The baseline ranks by plain overlap of the sets of (pin, role),
intersection over union; ties of equal score count by the share of relevant entries in the tie.
Names take no part in either ranking.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.chips.outlines import pin_compatible
from plugsmith.library.catalogue.candidates import candidates
from plugsmith.library.catalogue.search import Query, search
from plugsmith.library.catalogue.templates import ListOrigin, TemplateCatalogue
from plugsmith.openbeken.device_list import read_list

if TYPE_CHECKING:
    from plugsmith.library.catalogue.templates import StoredEntry

REPOSITORY = Path(__file__).resolve().parent.parent
IMPORT_S, SEARCH_MS, ENTRIES = 3.0, 50.0, 10_000
MIN_PINS = 3
_QUERIES = (
    "plug bl0937",
    "lsc e27 bulb",
    "tuya",
    "switch 2 gang cb3s",
    "wb2s",
    "s1",
    "nothinglikeit",
)


def corpus_list() -> str | None:
    """The text of the corpus's device list, if it is there."""
    default = REPOSITORY.parent / "shared" / "corpus"
    path = Path(os.environ.get("PLUGSMITH_CORPUS", default)) / "devices.json"
    return path.read_text() if path.is_file() else None


def filled(entries: list[object], path: Path | None = None) -> TemplateCatalogue:
    """A catalogue of these entries."""
    catalogue = TemplateCatalogue(path)
    source = ListOrigin(name="bench", kind="file", location="", licence="", fetched="")
    catalogue.import_entries(source, entries)
    return catalogue


def all_entries(catalogue: TemplateCatalogue) -> list[StoredEntry]:
    """Every entry, in order."""
    with catalogue.database.reading() as connection:
        rows = [int(row[0]) for row in connection.execute("SELECT id FROM entries ORDER BY id")]
    return catalogue.entries(rows)


def same_product(first: StoredEntry, second: StoredEntry) -> bool:
    """Whether the list itself says that both are one product."""
    model = _plain(first.entry.template.model)
    if len(model) >= 4 and model == _plain(second.entry.template.model):
        return True
    here, there = (item.entry.template.extras.get("wiki") for item in (first, second))
    return bool(here) and here == there


def twins(first: StoredEntry, second: StoredEntry) -> bool:
    """Whether both have the same pins with the same roles, on modules that fit each other."""
    here, there = first.traits, second.traits
    roles = [{pin.gpio: pin.role for pin in item.entry.template.pins} for item in (first, second)]
    fits = here.module == there.module or pin_compatible(here.module, there.module)
    return roles[0] == roles[1] and fits


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def overlap(first: StoredEntry, second: StoredEntry) -> float:
    """The baseline: shared (pin, role) pairs over all pairs."""
    here = {(pin.gpio, pin.role) for pin in first.entry.template.pins}
    there = {(pin.gpio, pin.role) for pin in second.entry.template.pins}
    return len(here & there) / len(here | there) if here | there else 0.0


def first_place(scores: list[tuple[float, bool]]) -> float:
    """The chance that a relevant entry stands first when equal scores are shuffled."""
    best = max(score for score, _ in scores)
    tied = [relevant for score, relevant in scores if score == best]
    return sum(tied) / len(tied)


def quality(catalogue: TemplateCatalogue, *, step: int = 1) -> dict[str, tuple[int, float, float]]:
    """For each meaning of relevant: queries, share of firsts by the baseline, and by matching.

    Only every `step`-th template is looked up.
    """
    entries = [item for item in all_entries(catalogue) if item.traits.pins]
    found: dict[str, tuple[int, float, float]] = {}
    meanings = {
        "twin or same product": lambda a, b: twins(a, b) or same_product(a, b),
        "same product only": same_product,
        "twin only": twins,
    }
    sums = {name: [0, 0.0, 0.0] for name in meanings}
    for asked in entries[::step]:
        if len(asked.traits.pins) < MIN_PINS:
            continue
        others = [item for item in entries if item.key != asked.key]
        base = [overlap(asked, item) for item in others]
        mine = {
            item.entry.key: item.likeness.score
            for item in candidates(
                catalogue, asked.traits, limit=1000, without=frozenset({asked.key})
            )
        }
        for name, relevant in meanings.items():
            marks = [relevant(asked, item) for item in others]
            if not any(marks):
                continue
            ours = [mine.get(item.key, 0.0) for item in others]
            sums[name][0] += 1
            sums[name][1] += first_place(list(zip(base, marks, strict=True)))
            sums[name][2] += first_place(list(zip(ours, marks, strict=True)))
    for name, (count, base_sum, own_sum) in sums.items():
        found[name] = (count, base_sum / max(1, count), own_sum / max(1, count))
    return found


def multiplied(entries: list[object], wanted: int) -> list[object]:
    """The entries again and again with other names, until there are `wanted`."""
    found: list[object] = []
    number = 0
    while len(found) < wanted:
        for item in entries[: wanted - len(found)]:
            fields = dict(item) if isinstance(item, dict) else {}
            found.append({**fields, "name": f"{fields.get('name')} edition {number}"})
        number += 1
    return found


def main(*, full: bool = False) -> bool:
    """Print the table; True if the budgets hold and matching beats the baseline."""
    text = corpus_list()
    if text is None:
        print("catalogue: no corpus, nothing measured")
        return True
    entries = list(read_list(text).entries)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        with filled(list(read_list(text).entries), Path(folder) / "small.sqlite") as catalogue:
            import_s = time.perf_counter() - begin
            print(f"import of {len(entries)} templates: {import_s:.2f} s, budget {IMPORT_S}")
            better = _print_quality(catalogue)
        size = ENTRIES if not full else 4 * ENTRIES
        with filled(multiplied(entries, size), Path(folder) / "large.sqlite") as catalogue:
            worst_ms = _print_search(catalogue, size)
    return import_s <= IMPORT_S and worst_ms <= SEARCH_MS and better


def _print_quality(catalogue: TemplateCatalogue) -> bool:
    better = True
    for name, (count, base, own) in quality(catalogue).items():
        print(f"  first place, {name:22} {count:4} queries: overlap {base:.1%}, ours {own:.1%}")
        better = better and own >= base
    return better


def _print_search(catalogue: TemplateCatalogue, size: int) -> float:
    worst = 0.0
    for words in _QUERIES:
        times = []
        for _ in range(3):
            begin = time.perf_counter()
            count = len(search(catalogue, Query(words=words)))
            times.append((time.perf_counter() - begin) * 1000)
        worst = max(worst, min(times))
        print(
            f"  search {json.dumps(words):24} {count:3} hits, {min(times):6.1f} ms of {SEARCH_MS}"
        )
    print(f"search in {size} entries: worst {worst:.1f} ms, budget {SEARCH_MS}")
    return worst


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
