"""The verbs about templates and the catalogue: requests and runners."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.lan import LoginRequest, lan_context
from plugsmith.api.options import Panel, argument, new_file, option, request
from plugsmith.errors import UsageError
from plugsmith.events import Warning_
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.catalogue.device_input import DeviceInput
    from plugsmith.flows.catalogue.export import GivenNames
    from plugsmith.flows.catalogue.results import (
        ContributeResult,
        EntryResult,
        ExportResult,
        ImportResult,
        LintResult,
        ListsResult,
        MatchResult,
        SearchResult,
    )
    from plugsmith.flows.many import ManyResult

RUNNING = N_("A running OpenBeken device instead: name or address.")


@request
class SearchRequest(Record):
    """What to look for; empty fields do not restrict."""

    words: tuple[str, ...] = argument(
        default=(),
        metavar="WORDS",
        help=N_("Words of the name, model, chip, module or keywords."),
    )
    vendor: str = option(default="", help=N_("Only this vendor."))
    chip: str = option(
        default="", metavar="CHIP", judge="chip", help=N_("Only this chip, for example BK7231T.")
    )
    module: str = option(default="", help=N_("Only this module, as WB2S."))
    meter: str = option(default="", help=N_("Only this meter: BL0937, BL0942 ..., any or none."))
    relays: int | None = option(default=None, least=0, most=64, help=N_("Only so many relays."))
    limit: int = option(default=20, least=1, most=1000, help=N_("Show at most so many."))


@request
class ShowRequest(Record):
    """One device of the catalogue."""

    identifier: str = argument(metavar="ID", help=N_("The id of a device, as `search` shows it."))


@request
class MatchRequest(LoginRequest):
    """A device by what it is (`device`) or by where it runs (`host`), one of the two."""

    device: str | None = argument(
        default=None,
        metavar="DEVICE",
        help=N_("What `export` takes as DEVICE: a dump, a configuration, a template or an id."),
    )
    host: str | None = option(
        default=None,
        metavar="HOST",
        judge="host",
        help=RUNNING,
    )
    limit: int = option(default=8, least=1, most=100, help=N_("Show at most so many candidates."))


@request
class NamedRequest(LoginRequest):
    """A device by what it is or by where it runs, with what only the user knows about it."""

    device: str | None = argument(
        default=None,
        metavar="DEVICE",
        help=N_(
            "A dump, the vendor's configuration or pin text, a template, a result of `dump "
            "config --json`, an id of the catalogue, or - for standard input."
        ),
    )
    host: str | None = option(default=None, metavar="HOST", judge="host", help=RUNNING)
    name: str = option(default="", help=N_("What the device is called."))
    vendor: str = option(default="", help=N_("Who sells it."))
    model: str = option(default="", help=N_("The model number on it."))


@request
class ExportRequest(NamedRequest):
    """In which format, and where to."""

    to: str = option(
        default="openbeken",
        metavar="FORMAT",
        panel=Panel.OUTPUT,
        help=N_("openbeken, esphome, tasmota, homeassistant, markdown, svg or text."),
    )
    output: Path | None = option(
        "-o",
        "--output",
        default=None,
        metavar="FILE|DIR",
        panel=Panel.OUTPUT,
        help=N_("Where to write. Left out: print it. Nothing is overwritten."),
    )
    topic: str = option(default="", help=N_("The MQTT topic of the device, for Home Assistant."))
    extras: tuple[str, ...] = option(
        "--with",
        default=(),
        metavar="PART",
        help=N_(
            "With --to esphome: web-server, restart, uptime, wifi-signal, version, mac-suffix, "
            "api-key, ota-password or mqtt. Repeatable."
        ),
    )


@request
class ContributeRequest(NamedRequest):
    """What a public list demands beside the pins."""

    image: str = option(default="", help=N_("Address of a picture of the device."))
    wiki: str = option(default="", help=N_("Address of an article or a thread about the device."))
    product: str = option(default="", help=N_("Address where it is sold."))
    keyword: tuple[str, ...] = option(default=(), help=N_("A word to find it by. Repeatable."))
    output: Path | None = new_file(help=N_("Where to write. Left out: print it."))


@request
class UpdateRequest(Record):
    """A list to import; without an origin the lists that are there."""

    origin: str | None = option(
        "--from",
        default=None,
        metavar="FILE|DIR|URL",
        help=N_(
            "OpenBeken's devices.json, a device profile of cloudcutter, a folder of them, or an "
            "address. Left out: say what is in the catalogue."
        ),
    )
    name: str | None = option(
        default=None, help=N_("What to call the list. Left out: after its file.")
    )
    licence: str | None = option(
        default=None, help=N_("The licence of the list, if you know it: kept as a note.")
    )


@request
class LintRequest(Record):
    """A template by its path, or `-` for standard input."""

    file: Path = argument(
        metavar="FILE",
        help=N_("A template as JSON, the result of `dump config --json`, or - for standard input."),
    )
    publish: bool = option(default=False, help=N_("Check also what a public list demands."))


def search(session: Session, request: SearchRequest) -> SearchResult:
    """`template search`."""
    from plugsmith.flows.catalogue.lookup import find
    from plugsmith.library.catalogue.search import Query

    return find(
        Query(
            words=" ".join(request.words),
            vendor=request.vendor,
            chip=request.chip,
            module=request.module,
            meter=request.meter,
            relays=request.relays,
            limit=request.limit,
        ),
        root=session.library.root,
    )


def show(session: Session, request: ShowRequest) -> EntryResult:
    """`template show`."""
    from plugsmith.flows.catalogue.lookup import describe

    return describe(request.identifier, root=session.library.root)


def match(session: Session, request: MatchRequest) -> MatchResult:
    """`template match`; UsageError unless exactly one of device and host is given."""
    from plugsmith.flows.catalogue.lookup import match_named, match_running

    root = session.library.root
    if request.device is not None and request.host is None:
        return match_named(request.device, limit=request.limit, root=root)
    if request.host is not None and request.device is None:
        context = lan_context(session, request)
        return match_running(context, request.host, limit=request.limit, root=root)
    raise UsageError(problem=_("give either a DEVICE or --host"))


def export(session: Session, request: ExportRequest) -> ExportResult:
    """`template export`."""
    from plugsmith.flows.catalogue.export import export as flow

    found = flow(
        _device_of(session, request),
        format_name=request.to,
        naming=_names(request),
        topic=request.topic,
        extras=request.extras,
        target=request.output,
    )
    for remark in found.tolerated:
        session.sink.emit(Warning_(code="PS-NOTE-TOLERATED", message=remark))
    if found.chip.reason and not found.chip_is_certain:
        session.sink.emit(Warning_(code="PS-NOTE-CHIP", message=found.chip.reason))
    for need in found.variant:
        session.sink.emit(Warning_(code="PS-NOTE-VARIANT", message=need.text))
    return found


def contribute(session: Session, request: ContributeRequest) -> ContributeResult:
    """`template contribute`."""
    from plugsmith.flows.catalogue.export import contribute as flow

    return flow(_device_of(session, request), _names(request), target=request.output)


def _device_of(session: Session, request: NamedRequest) -> DeviceInput:
    """The device of a request; UsageError unless exactly one of device and host is given."""
    from plugsmith.flows.catalogue.export import input_named

    if request.device is not None and request.host is None:
        return input_named(request.device, root=session.library.root)
    if request.host is not None and request.device is None:
        from plugsmith.flows.catalogue.running import device_input_of_running

        return device_input_of_running(lan_context(session, request), request.host)
    raise UsageError(problem=_("give either a DEVICE or --host"))


def update(session: Session, request: UpdateRequest) -> ImportResult | ListsResult:
    """`template update`; the network is used only for an origin that is an address."""
    from plugsmith.flows.catalogue.lookup import held_lists, import_list

    if request.origin is None:
        return held_lists(root=session.library.root)
    return import_list(
        request.origin,
        name=request.name,
        licence=request.licence,
        cancel=session.cancel,
        root=session.library.root,
    )


def lint(session: Session, request: LintRequest) -> LintResult | ManyResult:
    """`template lint`; of a folder or an archive with several files an item each."""
    from plugsmith.flows.catalogue.lint import lint as flow
    from plugsmith.flows.catalogue.lint import lint_many
    from plugsmith.flows.input_file import several_in

    several = several_in(request.file)
    if several is not None:
        return lint_many(several, publish=request.publish, sink=session.sink, cancel=session.cancel)
    return flow(request.file, publish=request.publish)


def _names(request: NamedRequest) -> GivenNames:
    from plugsmith.flows.catalogue.export import GivenNames

    names = GivenNames(name=request.name, vendor=request.vendor, model=request.model)
    if not isinstance(request, ContributeRequest):
        return names
    return replace(
        names,
        image=request.image,
        wiki=request.wiki,
        product=request.product,
        keywords=request.keyword,
    )
