"""The device catalogue at work: bring lists in, and say what a device looks like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors.catalogue import ListUnusable
from plugsmith.flows.catalogue.looks_like import title_of
from plugsmith.flows.catalogue.match_reasons import reasons_of
from plugsmith.flows.catalogue.results import HitRow, Likeness
from plugsmith.flows.now import now_text
from plugsmith.interpret.catalogue.similarity import CLOSE, LIKELY
from plugsmith.library.catalogue.candidates import candidates, unusual_pins
from plugsmith.library.catalogue.entry_rows import slug
from plugsmith.library.catalogue.list_files import (
    FoundList,
    list_from_bytes,
    list_from_file,
    list_from_folder,
)
from plugsmith.library.catalogue.templates import ListOrigin
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plugsmith.interpret.catalogue.traits import Traits
    from plugsmith.library.catalogue.candidates import Candidate
    from plugsmith.library.catalogue.templates import ImportReport, StoredEntry, TemplateCatalogue

OPENBEKEN_LIST = "https://raw.githubusercontent.com/OpenBekenIOT/webapp/gh-pages/devices.json"
UNKNOWN_LICENCE = "not stated: keep it on your computer, do not pass it on"
_URL_STARTS = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest:
    """What to import: `origin` is a file, a folder or an address; `name` is the list's."""

    origin: str
    name: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOutcome:
    """An import as it went."""

    source: ListOrigin
    report: ImportReport
    unreadable: tuple[str, ...] = ()


def update(
    catalogue: TemplateCatalogue, request: UpdateRequest, *, download: Callable[[str], bytes]
) -> UpdateOutcome:
    """Import a list; ListUnusable for a broken one, and then the catalogue is as before.

    `download` gets the bytes of an address; it is called only if the origin is one.
    """
    kind, found, location = _found(request.origin, download)
    name = slug(request.name or _usual_name(request.origin))[:24] or "list"
    if name == "plugsmith":
        raise ListUnusable(name=name, problem=_("this name belongs to the shipped entries"))
    source = ListOrigin(
        name=name,
        kind=kind,
        location=location,
        licence=(request.licence or UNKNOWN_LICENCE)[:200],
        fetched=now_text(),
        version=found.version,
        sha256=found.sha256,
    )
    report = catalogue.import_entries(source, found.entries)
    return UpdateOutcome(source=source, report=report, unreadable=found.unreadable)


def _found(origin: str, download: Callable[[str], bytes]) -> tuple[str, FoundList, str]:
    if origin.lower().startswith(_URL_STARTS):
        return "url", list_from_bytes(download(origin), name=origin[:200]), origin[:500]
    path = Path(origin)
    if path.is_dir():
        return "folder", list_from_folder(path), str(path)
    return "file", list_from_file(path), str(path)


def _usual_name(origin: str) -> str:
    """`openbeken` for the known list's file name, else the last part of the origin."""
    last = origin.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    stem = last.removesuffix(".json")
    return "openbeken" if stem == "devices" else stem


def match(
    catalogue: TemplateCatalogue,
    asked: Traits,
    *,
    limit: int = 8,
    without: frozenset[str] = frozenset(),
) -> Likeness:
    """Hits with reasons, a verdict, unusual uses of pins."""
    found = candidates(catalogue, asked, limit=limit, without=without)
    shown = [item for item in found if item.likeness.score >= LIKELY] or found[:3]
    unusual = tuple(
        _(
            "P{gpio} as {use}: no device of the catalogue has that; {others} use P{gpio}, "
            "mostly as {usual}. Check this pin with a meter.",
            gpio=item.gpio,
            use=item.use,
            others=item.others,
            usual=item.usual,
        )
        for item in unusual_pins(catalogue, asked)
    )
    best = found[0] if found else None
    close = best is not None and best.likeness.score >= CLOSE
    return Likeness(
        hits=tuple(hit_row(item.entry, item.likeness.score, reasons_of(item)) for item in shown),
        close=close,
        verdict=_verdict(best, asked),
        unusual=unusual,
    )


def hit_row(entry: StoredEntry, score: float, why: Iterable[str]) -> HitRow:
    """One hit as the contract writes it."""
    template = entry.entry.template
    return HitRow(
        id=entry.key,
        vendor=template.vendor,
        name=template.name,
        model=template.model,
        chip=template.chip,
        board=template.board,
        meter=entry.traits.meter,
        relays=entry.traits.relays,
        score=round(score, 3),
        source=entry.source,
        why=tuple(why),
    )


def _verdict(best: Candidate | None, asked: Traits) -> str:
    if best is None and not asked.pins:
        return _("The device has no pins to compare, and no known device has its product key.")
    if best is None:
        return _("None is close: no device of the catalogue shares a single pin with this one.")
    name = title_of(best.entry)
    if best.likeness.score >= CLOSE:
        return _("It looks like {name}.", name=name)
    return _(
        "None is close. The nearest is {name}, with {percent} % likeness: do not take over its "
        "pins without checking each with a meter.",
        name=name,
        percent=round(100 * best.likeness.score),
    )
