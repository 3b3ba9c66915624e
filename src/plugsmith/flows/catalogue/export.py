"""Write a device in other programs' formats, and make an entry for a public list of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.errors.catalogue import EntryIncomplete
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.library import OutputExists
from plugsmith.export.esphome.extras import check_extras
from plugsmith.export.exporters import exporter
from plugsmith.export.output import ExportOptions, OutputFile, safe_name
from plugsmith.flows.catalogue.build_wanted import needs_of_device
from plugsmith.flows.catalogue.device_input import device_input_of
from plugsmith.flows.catalogue.results import (
    ChipClaim,
    ContributeResult,
    ExportResult,
    FileRow,
    VariantNeed,
)
from plugsmith.interpret.answer import answer_for_profile
from plugsmith.interpret.catalogue.entry_text import TextCleaner
from plugsmith.interpret.module_chip import Certainty, identify_module
from plugsmith.interpret.openbeken.lint import finding_json, has_errors, lint_template
from plugsmith.interpret.openbeken.lint_publication import publication_findings
from plugsmith.library.catalogue.shipped import open_to_read
from plugsmith.library.home import write_whole
from plugsmith.messages import _
from plugsmith.openbeken.template import Template, write_template
from plugsmith.system_words import system_words
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plugsmith.device.rules import RuleFinding
    from plugsmith.flows.catalogue.device_input import DeviceInput


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenNames:
    """What only the user knows about a device; empty fields keep what is known."""

    name: str = ""
    vendor: str = ""
    model: str = ""
    image: str = ""
    wiki: str = ""
    product: str = ""
    keywords: tuple[str, ...] = ()


def input_named(source: str, *, root: Path | None = None) -> DeviceInput:
    """The device that `source` means; the errors of `device_input_of`."""
    with open_to_read(root) as catalogue:
        return device_input_of(source, catalogue)


def export(
    subject: DeviceInput,
    *,
    format_name: str,
    naming: GivenNames,
    topic: str = "",
    extras: tuple[str, ...] = (),
    target: Path | None = None,
) -> ExportResult:
    """The files of a format for a device, whatever it was given as.

    They are written to `target` where it is given, with the errors of `write_files`. With them goes
    what the files cannot say: how sure the chip is, and which builds of OpenBeken fit.
    """
    chosen = exporter(format_name)
    check_extras(extras)
    if extras and chosen.name != "esphome":
        raise UsageError(problem=_("--with goes with --to esphome only"))
    files = chosen.render(subject.profile, _options(subject, naming, topic, extras))
    written = write_files(files, target) if target is not None else ()
    chip = _chip_claim(subject)
    return ExportResult(
        format=format_name,
        files=tuple(
            FileRow(name=item.name, media_type=item.media_type, text=item.text) for item in files
        ),
        written=tuple(written),
        chip=chip,
        chip_is_certain=chip.certainty is Certainty.KNOWN,
        foreign=chip.certainty is Certainty.FOREIGN,
        variant=tuple(_variant_needs(subject)),
        notes=_notes(subject),
        tolerated=subject.remarks,
    )


def _chip_claim(subject: DeviceInput) -> ChipClaim:
    board = subject.profile
    named = identify_module(board.module)
    known = board.chip is not None and named.certainty is not Certainty.FOREIGN
    return ChipClaim(
        name=board.chip,
        certainty=Certainty.KNOWN if known else named.certainty,
        likely=named.likely,
        reason=named.reason or None,
    )


def _variant_needs(subject: DeviceInput) -> Iterator[VariantNeed]:
    wanted = needs_of_device(subject)
    sure, perhaps = wanted.of_build(wanted.chip), wanted.of_build_perhaps(wanted.chip)
    for need in (*sure, *perhaps):
        yield VariantNeed(
            driver=need.driver, variants=need.variants, certain=need in sure, text=need.text
        )


def _notes(subject: DeviceInput) -> tuple[str, ...]:
    if subject.from_template:
        return tuple(f"{item.text} {item.fix}" for item in lint_template(subject.template))
    return tuple(answer_for_profile(subject.profile).notes)


def _options(
    subject: DeviceInput, naming: GivenNames, topic: str, extras: tuple[str, ...]
) -> ExportOptions:
    template = subject.template
    return ExportOptions(
        title=naming.name or template.name or subject.name,
        vendor=naming.vendor or template.vendor,
        model=naming.model or template.model,
        template=_named(template, naming) if subject.from_template else None,
        topic=topic,
        extras=extras,
    )


def contribution(
    subject: DeviceInput, naming: GivenNames
) -> tuple[Template, tuple[RuleFinding, ...]]:
    """A complete entry for the list, and everything that speaks against publishing it."""
    template = _named(subject.template, naming)
    found = (*publication_findings(template), *lint_template(template))
    return template, found


def contribute(
    subject: DeviceInput, naming: GivenNames, *, target: Path | None = None
) -> ContributeResult:
    """An entry for a public list, written to `target`; EntryIncomplete while it is refused."""
    template, found = contribution(subject, naming)
    if has_errors(found):
        problems = " ".join(f"{item.text} {item.fix}" for item in found if item.level == "error")
        raise EntryIncomplete(
            problems=problems,
            findings=[finding_json(item) for item in found],
            entry=write_template(template),
        )
    entry = write_template(template)
    text = json_text(entry, indent=2) + "\n"
    files = [OutputFile(name="entry.json", text=text)]
    written = write_files(files, target) if target is not None else ()
    return ContributeResult(entry=entry, findings=found, text=text, written=tuple(written))


def write_files(files: list[OutputFile], target: Path) -> list[str]:
    """Write exported files: into `target` if it is a folder, else the first file as `target`.

    Nothing is overwritten (OutputExists); names hold no path, whatever a list said.
    """
    paths = [target / file.name for file in files] if target.is_dir() else _beside(files, target)
    for path, file in zip(paths, files, strict=True):
        try:
            write_whole(path, file.text.encode("utf-8", "replace"))
        except FileExistsError as problem:
            raise OutputExists(name=str(path)) from problem
        except OSError as problem:
            reason = system_words(problem)
            raise NoRightToWrite(folder=str(path.parent), problem=reason) from problem
    return [str(path) for path in paths]


def _beside(files: list[OutputFile], target: Path) -> list[Path]:
    more = [target.with_name(f"{safe_name(target.stem) or 'device'}-{f.name}") for f in files[1:]]
    return [target, *more]


def _named(template: Template, naming: GivenNames) -> Template:
    """The template with what the user says about the device, cleaned like any foreign text."""
    cleaner = TextCleaner()
    links = {"image": naming.image, "wiki": naming.wiki, "product": naming.product}
    extras = {**template.extras}
    for key, value in links.items():
        link = cleaner.link(value)
        if value and not link:
            raise EntryIncomplete(
                problems=_("{value!r} is not a web address.", value=value[:80]), findings=[]
            )
        if link:
            extras[key] = link
    return replace(
        template,
        name=cleaner.name(naming.name) or template.name,
        vendor=cleaner.name(naming.vendor) or template.vendor,
        model=cleaner.name(naming.model) or template.model,
        keywords=cleaner.words(list(naming.keywords)) or template.keywords,
        extras=extras,
    )
