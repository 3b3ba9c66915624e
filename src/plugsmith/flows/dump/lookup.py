"""What the `template` verbs ask the catalogue, as results of the command-line contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.clock import RealClock
from plugsmith.errors.catalogue import DeviceUnknown
from plugsmith.export import plain
from plugsmith.export.output import ExportOptions
from plugsmith.flows.catalogue.device_input import device_input_of, device_input_of_entry
from plugsmith.flows.catalogue.find import OPENBEKEN_LIST, UpdateRequest, hit_facts, match, update
from plugsmith.interpret.catalogue.entry import RULES
from plugsmith.interpret.catalogue.traits import traits_of
from plugsmith.interpret.openbeken.lint import finding_json, lint_template
from plugsmith.library.catalogue.search import search
from plugsmith.library.catalogue.shipped import NAME, open_catalogue
from plugsmith.messages import _
from plugsmith.openbeken.template import read_template, write_template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.events import CancelToken
    from plugsmith.flows.device.context import LanContext
    from plugsmith.library.catalogue.search import CatalogueHit, Query
    from plugsmith.library.catalogue.templates import StoredEntry, TemplateCatalogue


def find(query: Query, *, root: Path | None = None) -> dict[str, Fact]:
    """The result of `template search`."""
    with open_catalogue(root) as catalogue:
        found = search(catalogue, query)
        hint = _hint(catalogue)
    return {
        "hits": [hit_facts(item.entry, item.score, _reasons(item, query)) for item in found],
        "more": len(found) == query.limit,
        "hint": hint,
    }


def describe(identifier: str, *, root: Path | None = None) -> dict[str, Fact]:
    """The result of `template show`; DeviceUnknown for an id that does not exist."""
    with open_catalogue(root) as catalogue:
        entry = catalogue.entry(identifier)
    if entry is None:
        raise DeviceUnknown(name=identifier[:200])
    return _entry_facts(entry)


def match_named(name: str, *, limit: int, root: Path | None = None) -> dict[str, Fact]:
    """The result of `template match` for a file or an id."""
    with open_catalogue(root) as catalogue:
        subject = device_input_of(name, catalogue)
        own = frozenset({subject.entry.key}) if subject.entry else frozenset[str]()
        data = match(catalogue, subject.traits, limit=limit, without=own)
        hint = _hint(catalogue)
    return {"device": subject.name, **data, "hint": hint}


def match_running(
    ctx: LanContext, host: str, *, limit: int, root: Path | None = None
) -> dict[str, Fact]:
    """The result of `template match` for a running OpenBeken device, from what it says of itself.

    Raises the errors of errors/device.py; UsageError where `host` names several devices.
    """
    from plugsmith.flows.device.info import info  # noqa: PLC0415 - only this needs the network
    from plugsmith.lan.host import parse_host  # noqa: PLC0415 - with the above

    facts = info(ctx, [parse_host(host)])
    fields = {name: facts.get(name) for name in ("chip", "pins", "flags")}
    reading = read_template({**fields, "command": facts.get("startup_command")})
    with open_catalogue(root) as catalogue:
        data = match(catalogue, traits_of(reading.template), limit=limit)
        hint = _hint(catalogue)
    return {"device": str(facts.get("name") or host), **data, "hint": hint}


def import_list(
    origin: str,
    *,
    name: str | None,
    licence: str | None,
    cancel: CancelToken,
    root: Path | None = None,
) -> dict[str, Fact]:
    """The result of `template update --from`."""
    with open_catalogue(root) as catalogue:
        outcome = update(
            catalogue,
            UpdateRequest(origin=origin, name=name, licence=licence),
            download=_downloader(cancel),
        )
    rules: list[Fact] = [
        {"rule": rule, "count": count, "text": _(RULES.get(rule, rule))}
        for rule, count in outcome.report.by_rule.items()
    ]
    return {**outcome.as_facts(), "corrections_list": rules}


def held_lists(*, root: Path | None = None) -> dict[str, Fact]:
    """The result of `template update` without an origin: what is in the catalogue."""
    with open_catalogue(root) as catalogue:
        sources: list[Fact] = []
        for item in catalogue.sources():
            report = catalogue.report(item.name)
            facts = report.as_facts() if report else {}
            sources.append(
                {
                    **facts,
                    "name": item.name,
                    "kind": item.kind,
                    "location": item.location,
                    "licence": item.licence,
                    "fetched": item.fetched,
                }
            )
    hint = _(
        "Import OpenBeken's list with: plugsmith template update --from {url}", url=OPENBEKEN_LIST
    )
    return {"sources": sources, "hint": hint}


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
        found.append(_("It has {count} relays.", count=query.relays))
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


def _entry_facts(stored: StoredEntry) -> dict[str, Fact]:
    entry = stored.entry
    subject = device_input_of_entry(stored)
    options = ExportOptions(title=entry.title, template=entry.template)
    corrections: list[Fact] = [
        {"rule": item.rule, "text": item.text or _(RULES.get(item.rule, item.rule))}
        for item in entry.corrections
    ]
    links = {key: value for key, value in entry.template.extras.items() if isinstance(value, str)}
    return {
        **hit_facts(stored, 1.0, []),
        "title": entry.title,
        "kind": entry.kind.value,
        "licence": stored.licence,
        "keywords": list(entry.template.keywords),
        "product_keys": list(entry.product_keys),
        "links": dict(links),
        "rejected": entry.rejected,
        "template": write_template(entry.template),
        "config": dict(entry.config) if entry.config else None,
        "text": "" if entry.rejected else plain.render(subject.profile, options)[0].text,
        "corrections": corrections,
        "findings": [finding_json(item) for item in lint_template(entry.template)],
    }
