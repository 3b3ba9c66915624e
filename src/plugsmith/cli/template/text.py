"""Results of the `template` verbs for people. Texts of other people's lists are already clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.many_text import files_counts_text
from plugsmith.cli.table import table
from plugsmith.device.rules import RuleLevel
from plugsmith.flows.catalogue.results import ListsResult
from plugsmith.flows.many import ManyResult
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.device.rules import RuleFinding
    from plugsmith.flows.catalogue.results import (
        ContributeResult,
        EntryResult,
        ExportResult,
        HitRow,
        ImportResult,
        LintResult,
        MatchResult,
        SearchResult,
    )

_VERDICTS = {
    "errors": N_("with errors"),
    "remarks": N_("with remarks"),
    "clean": N_("nothing to remark"),
}


def lint_text(found: LintResult | ManyResult) -> str:
    """One finding a paragraph: level, what, what to do."""
    if isinstance(found, ManyResult):
        return files_counts_text(found, _VERDICTS)
    return _findings(found.findings)


def hits_text(found: SearchResult) -> str:
    """The hits of a search, one a line."""
    if not found.hits:
        return _("No device of the catalogue fits.") + _advice(found.hint)
    lines = [f"{_title(hit)}\n  {hit.id}" for hit in found.hits]
    if found.more:
        lines.append(_("There are more: add words, or raise --limit."))
    return "\n".join(lines) + _advice(found.hint)


def match_text(found: MatchResult) -> str:
    """The verdict, then each candidate with its reasons, then pins that nobody else uses so."""
    lines = [found.verdict]
    for hit in found.hits:
        lines += ["", f"{round(100 * hit.score):3d} %  {_title(hit)}", f"  {hit.id}"]
        lines += [f"  - {reason}" for reason in hit.why]
    if found.unusual:
        lines += ["", _("Unusual pins:"), *(f"  - {text}" for text in found.unusual)]
    return "\n".join(lines) + _advice(found.hint)


def export_text(found: ExportResult) -> str:
    """Where the files are, or what stands in them."""
    return _written(found.written) or "\n".join(item.text for item in found.files)


def contribute_text(found: ContributeResult) -> str:
    """Where the entry is, or the entry; then what speaks about it."""
    text = _written(found.written) or found.text
    return f"{text}\n{_findings(found.findings)}" if found.findings else text


def entry_text(found: EntryResult) -> str:
    """One device of the catalogue."""
    lines = [
        table(
            [
                (_("Device"), found.title),
                (_("Model"), found.model),
                (_("Chip"), found.chip),
                (_("Module"), found.board),
                (_("Id"), found.id),
                (_("From the list"), found.source),
                (_("Licence"), found.licence),
                *_link_rows(found.links),
            ]
        ),
        "",
        found.text,
    ]
    if found.corrections:
        lines.append(_("Corrected while importing:"))
        lines += [f"  - {item.text} ({item.rule})" for item in found.corrections]
    if found.findings:
        lines += ["", _("Checks:"), _findings(found.findings)]
    return "\n".join(lines)


def _link_rows(links: dict[str, str]) -> list[tuple[str, str]]:
    """Picture, page about it, and where it is sold; others under their own names."""
    names = {"image": _("Picture"), "wiki": _("About it"), "product": _("Product")}
    return [(names.get(kind, kind), link) for kind, link in links.items() if link]


def update_text(found: ImportResult | ListsResult) -> str:
    """What an import did, with every correction counted, or the lists that are there."""
    return _lists(found) if isinstance(found, ListsResult) else _import(found)


def _import(found: ImportResult) -> str:
    lines = [
        _(
            "List {source}: {total} devices, {usable} usable; {added} new, {changed} changed, "
            "{unchanged} as before, {removed} removed.",
            source=found.source,
            total=found.total,
            usable=found.usable,
            added=found.added,
            changed=found.changed,
            unchanged=found.unchanged,
            removed=found.removed,
        )
    ]
    if found.corrections_list:
        lines += ["", _("Corrected:")]
        lines += [f"  {row.count:>5}  {row.text} ({row.rule})" for row in found.corrections_list]
    if found.rejected:
        lines += ["", _("Kept, but not usable:")]
        lines += [f"  {count:>5}  {reason}" for reason, count in found.rejected.items()]
    if found.unreadable:
        lines += ["", _("Files that are no device:"), *(f"  {name}" for name in found.unreadable)]
    lines += ["", _("Licence of the list: {licence}", licence=found.licence)]
    return "\n".join(lines)


def _lists(found: ListsResult) -> str:
    lines = [
        _(
            "{name}: {total} devices, {location}, {fetched}; licence: {licence}",
            name=item.name,
            total=item.total,
            location=item.location,
            fetched=item.fetched or "-",
            licence=item.licence,
        )
        for item in found.sources
    ]
    return "\n".join([*lines, "", found.hint])


def _findings(found: Iterable[RuleFinding]) -> str:
    lines: list[str] = []
    for item in found:
        lines += [f"{_level(item.level)}: {item.text}", f"  {item.fix} ({item.rule})"]
    return "\n".join(lines) or _("Nothing is wrong with this template.")


def _written(paths: Iterable[str]) -> str:
    return "\n".join(_("Written: {file}", file=path) for path in paths)


def _title(hit: HitRow) -> str:
    facts = [text for text in (hit.chip, hit.board, hit.meter) if text]
    known = hit.name.casefold().startswith(hit.vendor.casefold())
    whole = hit.name if known else f"{hit.vendor} {hit.name}".strip()
    return f"{whole} ({', '.join(facts)})" if facts else whole


def _advice(hint: str) -> str:
    return f"\n\n{hint}" if hint else ""


def _level(level: RuleLevel) -> str:
    match level:
        case RuleLevel.ERROR:
            return _("Error")
        case RuleLevel.WARNING:
            return _("Warning")
        case RuleLevel.INFO:
            return _("Note")
