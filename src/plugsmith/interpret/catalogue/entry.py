"""One entry of somebody's device list, read, corrected and judged: what the catalogue keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.chips.modules import module as module_record
from plugsmith.interpret.catalogue.entry_text import TextCleaner
from plugsmith.interpret.module_chip import chip_of_module, module_name
from plugsmith.interpret.openbeken.to_openbeken import openbeken_setup
from plugsmith.interpret.vendor.from_tuya import profile_from_tuya
from plugsmith.messages import N_, _
from plugsmith.openbeken.template import Template, read_template
from plugsmith.records import frozen

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.openbeken.template import TemplateReading

_LINKS = ("wiki", "image", "product", "shop")
_OLD_FLAG_BITS = 16  # `flag` 0..15 names one bit, more is the number itself
_MAX_CONFIG_KEYS = 600
_MAX_KEYS = 8


class EntryKind(StrEnum):
    """Where the pins of an entry come from."""

    TEMPLATE = "template"  # somebody's template
    CONFIGURATION = "configuration"  # the vendor's own pin configuration


# What a correction did, by rule; shown by `template show` and counted by `template update`.
RULES: Mapping[str, str] = {
    "role-misspelt": N_("a role was spelt so that the firmware would ignore it"),
    "pin-not-understood": N_("a pin has no usable number or channel and was left out"),
    "role-unknown": N_("a role is unknown to the firmware; its pin was left out"),
    "pin-used-twice": N_("a pin has two roles; the first was kept"),
    "pins-dropped": N_("the pins are not a table and were left out"),
    "flags-not-understood": N_("the flags are not a number and were left out"),
    "flags-number": N_("the flags were a number instead of a text"),
    "old-flag-field": N_("the old field `flag` was turned into `flags`"),
    "chip-respelt": N_("the chip was written in another way, or a module was named as the chip"),
    "chip-from-module": N_("the chip was left out and follows from the module"),
    "board-respelt": N_("the module was written in another way"),
    "no-pins": N_("the entry has no pins: it can be found, but not matched"),
    "control-characters": N_("characters that do not belong into a text were removed"),
    "blanks-removed": N_("needless blanks were removed"),
    "text-cut": N_("a text was far too long and was cut"),
    "text-dropped": N_("a field that must be a text is none and was left out"),
    "keywords-cut": N_("there were too many keywords"),
    "command-lines": N_("the lines of the startup command were put into one backlog"),
    "command-dropped": N_("the startup command is longer than the firmware stores: left out"),
    "link-dropped": N_("a link is not a web address and was left out"),
}


_PROBLEM_RULES = {
    "flags-unusable": "flags-not-understood",
    "role-unknown": "role-unknown",
    "pin-used-twice": "pin-used-twice",
}


@frozen
class Correction:
    """One thing that had to be changed: a rule of `RULES`, and a sentence where it says more."""

    rule: str
    text: str = ""


@frozen
class CatalogueEntry:
    """A device of the catalogue; `rejected` says why it cannot be used, empty if it can."""

    kind: EntryKind = EntryKind.TEMPLATE
    template: Template = field(default_factory=Template)
    config: Mapping[str, Fact] | None = None
    product_keys: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    rejected: str = ""

    @property
    def title(self) -> str:
        """Vendor and name as people say it."""
        vendor, name = self.template.vendor, self.template.name
        if vendor and not name.casefold().startswith(vendor.casefold()):
            return f"{vendor} {name}".strip()
        return name or vendor


def read_entry(raw: object) -> CatalogueEntry:
    """The entry in a JSON value; never raises, a hopeless one comes back as rejected."""
    if not isinstance(raw, dict):
        return CatalogueEntry(rejected=_("it is not an object"))
    config = _config_of(raw)
    entry = _from_template(raw) if config is None else _from_config(raw, config)
    if not (entry.template.name or entry.template.vendor or entry.template.model):
        return replace(entry, rejected=_("it has neither vendor nor name nor model"))
    return entry


def _config_of(raw: Mapping[str, object]) -> Mapping[str, object] | None:
    for key in ("device_configuration", "config", "user_param_key"):
        value = raw.get(key)
        if isinstance(value, Mapping):
            return value
    return None


def _from_template(raw: Mapping[str, object]) -> CatalogueEntry:
    cleaner = TextCleaner()
    reading = read_template({"pins": raw.get("pins"), "flags": raw.get("flags")})
    corrections = _corrections(raw, reading)
    template = Template(
        vendor=cleaner.name(raw.get("vendor")),
        name=cleaner.name(raw.get("name")),
        model=cleaner.name(raw.get("model")),
        chip=cleaner.name(raw.get("chip"), limit=40),
        board=cleaner.name(raw.get("board"), limit=60),
        keywords=cleaner.words(raw.get("keywords")),
        pins=reading.template.pins,
        flags=reading.template.flags,
        command=cleaner.command(raw.get("command")),
        extras=_links(raw, cleaner),
    )
    template, more = _names_settled(template)
    template, old = _old_flag(template, raw)
    texts = [Correction(rule=rule) for rule in cleaner.used]
    return CatalogueEntry(
        template=template,
        product_keys=_keys(raw, cleaner),
        corrections=(*corrections, *old, *more, *texts),
    )


def _corrections(raw: Mapping[str, object], reading: TemplateReading) -> list[Correction]:
    found = [Correction(rule="role-misspelt", text=text) for text in reading.corrected]
    found += [
        Correction(rule=_PROBLEM_RULES.get(item.rule, "pin-not-understood"), text=item.text)
        for item in reading.problems[:64]
    ]
    if isinstance(raw.get("flags"), int) and reading.template.flags is not None:
        found.append(Correction(rule="flags-number"))
    pins = raw.get("pins")
    if pins is not None and not isinstance(pins, Mapping):
        found.append(Correction(rule="pins-dropped"))
    if not reading.template.pins:
        found.append(Correction(rule="no-pins"))
    return found


def _names_settled(template: Template) -> tuple[Template, list[Correction]]:
    """Chip and module as the catalogue of modules writes them."""
    found: list[Correction] = []
    board = template.board
    known = module_name(board)
    if known and known != board and module_record(known):
        found.append(Correction(rule="board-respelt", text=f"{board} -> {known}"))
        board = known
    chip = template.chip
    settled = chip.upper()
    implied = chip_of_module(settled)
    if not chip and board:
        settled = chip_of_module(board) or ""
        found += [Correction(rule="chip-from-module", text=settled)] if settled else []
    elif implied and not settled.startswith("BK"):
        settled = implied
    if chip and settled != chip:
        found.append(Correction(rule="chip-respelt", text=f"{chip} -> {settled}"))
    return replace(template, chip=settled, board=board), found


def _old_flag(template: Template, raw: Mapping[str, object]) -> tuple[Template, list[Correction]]:
    old = raw.get("flag")
    if template.flags is not None or isinstance(old, bool) or not isinstance(old, int | str):
        return template, []
    text = str(old).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return template, []
    number = int(text)
    flags = 1 << number if number < _OLD_FLAG_BITS else number
    note = Correction(rule="old-flag-field", text=f"flag {number} -> flags {flags}")
    return replace(template, flags=flags), [note]


def _links(raw: Mapping[str, object], cleaner: TextCleaner) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for key in _LINKS:
        link = cleaner.link(raw.get(key))
        if link:
            found[key] = link
    return found


def _from_config(raw: Mapping[str, object], config: Mapping[str, object]) -> CatalogueEntry:
    cleaner = TextCleaner()
    kept = _kept_config(config)
    vendor = cleaner.name(raw.get("manufacturer") or raw.get("vendor"))
    name = cleaner.name(raw.get("name"))
    profile = profile_from_tuya(kept, chip=_profile_chip(raw))
    setup = openbeken_setup(profile, vendor=vendor, name=name, model=cleaner.name(raw.get("model")))
    corrections = [Correction(rule=rule) for rule in cleaner.used]
    if not setup.template.pins:
        corrections.insert(0, Correction(rule="no-pins"))
    return CatalogueEntry(
        kind=EntryKind.CONFIGURATION,
        template=setup.template,
        config=kept,
        product_keys=_keys(raw, cleaner),
        corrections=tuple(corrections),
    )


def _kept_config(config: Mapping[str, object]) -> dict[str, Fact]:
    """The configuration without what nobody reads: texts and lists beyond any sense."""
    kept: dict[str, Fact] = {}
    for key, value in list(config.items())[:_MAX_CONFIG_KEYS]:
        if isinstance(value, str | int | float | bool | dict | list) and _small(value):
            kept[str(key)[:64]] = value
    return kept


def _small(value: object) -> bool:
    try:
        return len(json.dumps(value)) <= 8000
    except (ValueError, RecursionError):
        return False


def _profile_chip(raw: Mapping[str, object]) -> str | None:
    """The chip that a list of firmware profiles names in their slugs, if it does."""
    profiles = raw.get("profiles")
    for item in profiles if isinstance(profiles, list) else []:
        text = str(item.get("slug") if isinstance(item, dict) else item)[:200].lower()
        for mark, chip in (("bk7231n", "BK7231N"), ("bk7231s", "BK7231T"), ("bk7231t", "BK7231T")):
            if mark in text:
                return chip
    return None


def _keys(raw: Mapping[str, object], cleaner: TextCleaner) -> tuple[str, ...]:
    """Product and firmware keys: the vendor's own names of the product."""
    found: list[str] = []
    for name in ("key", "product_key", "firmware_key", "product_keys"):
        value = raw.get(name)
        items = value[:_MAX_KEYS] if isinstance(value, list) else [value]
        found += [cleaner.name(item, limit=40) for item in items if isinstance(item, str)]
    return tuple(dict.fromkeys(item for item in found if item.isascii() and item.isalnum()))
