"""What the `template` verbs ask the catalogue, as results of the command-line contract."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, cast

from plugsmith.clock import RealClock
from plugsmith.errors.catalogue import DeviceUnknown
from plugsmith.export import plain
from plugsmith.export.output import ExportOptions
from plugsmith.flows.catalogue.device_input import device_input_of, device_input_of_entry
from plugsmith.flows.catalogue.find import OPENBEKEN_LIST, UpdateRequest, hit_row, match, update
from plugsmith.flows.catalogue.results import (
    CorrectionRow,
    CountedRule,
    EntryResult,
    ImportResult,
    ListRow,
    ListsResult,
    MatchResult,
    SearchResult,
)
from plugsmith.interpret.catalogue.entry import RULES
from plugsmith.interpret.openbeken.lint import lint_template
from plugsmith.library.catalogue.search import search
from plugsmith.library.catalogue.shipped import NAME, open_catalogue, open_to_read
from plugsmith.messages import _
from plugsmith.openbeken.template import write_template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.events import CancelToken
    from plugsmith.flows.catalogue.results import Likeness
    from plugsmith.flows.device.context import LanContext
    from plugsmith.library.catalogue.search import CatalogueHit, Query
    from plugsmith.library.catalogue.templates import (
        ImportReport,
        ListOrigin,
        StoredEntry,
        TemplateCatalogue,
    )


def find(query: Query, *, root: Path | None = None) -> SearchResult:
    """The result of `template search`."""
    with open_to_read(root) as catalogue:
        found = search(catalogue, query)
        hint = _hint(catalogue)
    return SearchResult(
        hits=tuple(hit_row(item.entry, item.score, _reasons(item, query)) for item in found),
        more=len(found) == query.limit,
        hint=hint,
    )


def describe(identifier: str, *, root: Path | None = None) -> EntryResult:
    """The result of `template show`; DeviceUnknown for an id that does not exist."""
    with open_to_read(root) as catalogue:
        entry = catalogue.entry(identifier)
    if entry is None:
        raise DeviceUnknown(name=identifier[:200])
    return _entry_result(entry)


def match_named(name: str, *, limit: int, root: Path | None = None) -> MatchResult:
    """The result of `template match` for a file or an id."""
    with open_to_read(root) as catalogue:
        subject = device_input_of(name, catalogue)
        own = frozenset({subject.entry.key}) if subject.entry else frozenset[str]()
        found = match(catalogue, subject.traits, limit=limit, without=own)
        return _matched(subject.name, found, catalogue)


def match_running(
    ctx: LanContext, host: str, *, limit: int, root: Path | None = None
) -> MatchResult:
    """The result of `template match` for a running OpenBeken device, from what it says of itself.

    Raises the errors of errors/device.py; UsageError where `host` names several devices.
    """
    from plugsmith.flows.catalogue.running import (  # noqa: PLC0415 - it needs the network
        device_input_of_running,
    )

    subject = device_input_of_running(ctx, host)
    with open_to_read(root) as catalogue:
        found = match(catalogue, subject.traits, limit=limit)
        return _matched(subject.name, found, catalogue)


def _matched(device: str, found: Likeness, catalogue: TemplateCatalogue) -> MatchResult:
    return MatchResult(
        device=device,
        hits=found.hits,
        close=found.close,
        verdict=found.verdict,
        unusual=found.unusual,
        hint=_hint(catalogue),
    )


def import_list(
    origin: str,
    *,
    name: str | None,
    licence: str | None,
    cancel: CancelToken,
    root: Path | None = None,
) -> ImportResult:
    """The result of `template update --from`."""
    with open_catalogue(root) as catalogue:
        outcome = update(
            catalogue,
            UpdateRequest(origin=origin, name=name, licence=licence),
            download=_downloader(cancel),
        )
    report, source = outcome.report, outcome.source
    return ImportResult(
        source=report.source,
        total=report.total,
        usable=report.usable,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        removed=report.removed,
        corrections=dict(report.by_rule),
        rejected=dict(report.rejected),
        location=source.location,
        licence=source.licence,
        fetched=source.fetched,
        version=source.version,
        unreadable=outcome.unreadable,
        corrections_list=tuple(
            CountedRule(rule=rule, count=count, text=_(RULES.get(rule, rule)))
            for rule, count in report.by_rule.items()
        ),
    )


def held_lists(*, root: Path | None = None) -> ListsResult:
    """The result of `template update` without an origin: what is in the catalogue."""
    with open_to_read(root) as catalogue:
        sources = tuple(
            _list_row(item, catalogue.report(item.name)) for item in catalogue.sources()
        )
    hint = _(
        "Import OpenBeken's list with: plugsmith template update --from {url}", url=OPENBEKEN_LIST
    )
    return ListsResult(sources=sources, hint=hint)


def _list_row(item: ListOrigin, report: ImportReport | None) -> ListRow:
    return ListRow(
        source=report.source if report else None,
        total=report.total if report else None,
        usable=report.usable if report else None,
        added=report.added if report else None,
        changed=report.changed if report else None,
        unchanged=report.unchanged if report else None,
        removed=report.removed if report else None,
        corrections=dict(report.by_rule) if report else None,
        rejected=dict(report.rejected) if report else None,
        name=item.name,
        kind=item.kind,
        location=item.location,
        licence=item.licence,
        fetched=item.fetched,
    )


def _downloader(cancel: CancelToken) -> Callable[[str], bytes]:
    def download(url: str) -> bytes:
        from plugsmith.lan.releases import (  # noqa: PLC0415 - 0.2 s that only a download pays
            ReleaseServer,
        )
        from plugsmith.openbeken.device_list import MAX_LIST_LEN  # noqa: PLC0415 - with the above

        with ReleaseServer(clock=RealClock(), cancel=cancel) as server:
            return server.fetch(url, what=_("the list"), limit=MAX_LIST_LEN)

    return download


def _reasons(hit: CatalogueHit, query: Query) -> list[str]:
    found: list[str] = []
    if hit.named:
        found.append(_("Its name holds: {words}.", words=", ".join(hit.named)))
    facts = (query.vendor, query.chip, query.module, query.meter)
    found += [_("It has {fact}.", fact=fact) for fact in facts if fact]
    if query.relays is not None:
        found.append(_("It has {count} {count:relay|relays}.", count=query.relays))
    return found


def _hint(catalogue: TemplateCatalogue) -> str:
    """How to get more devices, while only the shipped ones are there."""
    if any(item.name != NAME for item in catalogue.sources()):
        return ""
    return _(
        "The catalogue holds only the devices that come with Plugsmith. Import OpenBeken's list "
        "with: plugsmith template update --from {url}",
        url=OPENBEKEN_LIST,
    )


def _entry_result(stored: StoredEntry) -> EntryResult:
    entry = stored.entry
    subject = device_input_of_entry(stored)
    options = ExportOptions(title=entry.title, template=entry.template)
    corrections = tuple(
        CorrectionRow(rule=item.rule, text=item.text or _(RULES.get(item.rule, item.rule)))
        for item in entry.corrections
    )
    links = {key: value for key, value in entry.template.extras.items() if isinstance(value, str)}
    hit = hit_row(stored, 1.0, ())
    return EntryResult(
        **{item.name: getattr(hit, item.name) for item in fields(hit)},
        title=entry.title,
        kind=entry.kind.value,
        licence=stored.licence,
        keywords=entry.template.keywords,
        product_keys=entry.product_keys,
        links=links,
        rejected=entry.rejected,
        template=write_template(entry.template),
        config=cast("dict[str, Fact]", dict(entry.config)) if entry.config else None,
        text="" if entry.rejected else plain.render(subject.profile, options)[0].text,
        corrections=corrections,
        findings=lint_template(entry.template),
    )
