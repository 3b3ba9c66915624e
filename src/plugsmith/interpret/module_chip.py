"""Which chip a module carries, and how sure that is (upk-mapping.md section 8).

Only the catalogue is knowledge. A name that merely begins like a known one says what is likely, for
makers re-issue modules with another chip inside: several WB and CB boards carry a BK7238 today.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chips
from plugsmith.chips.modules import module as module_record
from plugsmith.chips.modules import modules
from plugsmith.messages import _
from plugsmith.records import frozen

if TYPE_CHECKING:
    from plugsmith.chips.model import ModuleBoard

# Names of other makers' modules: longest prefix first; the digit keeps TYWE and TW apart.
# Where modules of one prefix carry chips that take different firmware, only their maker is named.
_FOREIGN: tuple[tuple[str, str], ...] = (
    ("ESP-01W", "W600"),
    ("TYWRD", "RDA5981"),
    ("T103C", "XR806"),
    ("WB02A", "LN882H"),
    ("XR806", "XR806"),
    ("XR872", "XR872"),
    ("TYWE", "ESP8266"),
    ("TYLC", "ESP8266"),
    ("TYZS", "EFR32 (Zigbee)"),
    ("TYBT", "TLSR825x (Telink, Bluetooth)"),
    ("LN-", "LN882H"),
    ("T102", "RTL8710B"),
    ("T103", "RTL8710B"),
    ("T112", "RTL8710B"),
    ("WBR3", "Realtek"),
    ("WBRG", "Realtek"),
    ("WR11", "RTL8721DA"),
    ("BW20", "RTL8721DA"),
    ("WBR", "RTL8720C"),
    ("WRD", "RDA5981"),
    ("WRG", "Realtek"),
    ("BW1", "Realtek"),
    ("ESP", "Espressif"),
    ("RTL", "Realtek"),
    ("CR", "RTL8720C"),
    ("WR", "RTL8710B"),
    ("WL", "LN882H"),
    ("WD", "RDA5981"),
    ("XR", "XR809"),
    ("BT", "TLSR825x (Telink, Bluetooth)"),
    ("ZT", "TLSR825x (Telink, Zigbee)"),
    ("ZS", "EFR32 (Zigbee)"),
    ("BW", "BL602"),
    ("SM", "BL602"),
)
# What modules of these names usually carry; never more than likely.
_LIKELY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("T34", ("BK7231N",)),
    ("CB", ("BK7231N", "BK7238")),
    ("WA", ("BK7231Q",)),
    ("WB", ("BK7231T", "BK7238")),
    ("T1", ("BK7238",)),
    ("T2", ("BK7231N",)),
    ("T3", ("BK7236",)),
    ("T5", ("BK7258",)),
)


class Certainty(StrEnum):
    """How sure the chip of a module is."""

    KNOWN = "known"  # in the catalogue, or stated by the data themselves
    LIKELY = "likely"  # only the name looks like one
    FOREIGN = "foreign"  # another maker's chip
    UNKNOWN = "unknown"


@frozen
class ModuleChip:
    """The chip of a module as far as it is known, what is likely, and why (a sentence)."""

    certainty: Certainty
    chip: str | None = None  # KNOWN and FOREIGN only
    likely: tuple[str, ...] = ()
    reason: str = ""


def module_name(text: str | None) -> str | None:
    """The module's name as the catalogue writes it: upper case, trimmed; None for no name."""
    clean = re.sub(r"\s+", " ", text or "").strip().strip("\"'").upper()
    if not clean or len(clean) > 32 or not clean.isprintable():
        return None
    record = module_record(clean)
    return record.name if record else clean


def identify_module(name: str | None) -> ModuleChip:
    """What is known about the chip of the module called `name`."""
    clean = module_name(name)
    if clean is None:
        reason = _("No module is named, so the chip is not known: let Plugsmith ask the chip.")
        return ModuleChip(certainty=Certainty.UNKNOWN, reason=reason)
    known = _catalogued(clean) or _chip_itself(clean)
    if known is not None:
        return known
    siblings = _siblings(clean)
    maker = next((chip for prefix, chip in _FOREIGN if clean.startswith(prefix)), None)
    if len(siblings) == 1 and not _is_beken(siblings[0]):
        maker = siblings[0]
    if maker is not None:
        return ModuleChip(certainty=Certainty.FOREIGN, chip=maker, reason=_by_name(clean, maker))
    likely = siblings or next((chips for prefix, chips in _LIKELY if clean.startswith(prefix)), ())
    if not likely:
        reason = _("Nothing is known about the module {name}: ask the chip itself.", name=clean)
        return ModuleChip(certainty=Certainty.UNKNOWN, reason=reason)
    return ModuleChip(
        certainty=Certainty.LIKELY,
        likely=likely,
        reason=_(
            "Nobody has documented the module {name}. By its name it likely carries a {chips}, but "
            "several modules were re-issued with a BK7238 inside: ask the chip itself.",
            name=clean,
            chips=_(" or ").join(likely),
        ),
    )


def chip_of_module(name: str | None) -> str | None:
    """The chip of a module where it is known, or the other maker's chip; None where it is not."""
    return identify_module(name).chip


def _catalogued(clean: str) -> ModuleChip | None:
    for candidate in (clean, clean.removesuffix("-IPEX")):
        record = module_record(candidate)
        if record is None:
            continue
        if _is_beken(record.chip):
            return ModuleChip(certainty=Certainty.KNOWN, chip=record.chip)
        return ModuleChip(
            certainty=Certainty.FOREIGN,
            chip=record.chip,
            reason=_foreign(record.name, record.chip),
        )
    return None


def _is_beken(chip: str) -> bool:
    return chip.startswith(("BK", "BL2028"))


def _chip_itself(clean: str) -> ModuleChip | None:
    """What follows where firmware built from the maker's samples names its chip as the module."""
    if clean not in {item.name.upper() for item in chips()}:
        return None
    return ModuleChip(certainty=Certainty.KNOWN, chip=clean)


def revisions(name: str) -> tuple[ModuleBoard, ...]:
    """The catalogued modules that are this one with a revision behind its name."""
    clean = (module_name(name) or name).upper()
    starts = tuple(clean + mark for mark in (" V", "_V", "-V", "-"))
    return tuple(item for item in modules() if item.name.upper().startswith(starts))


def _siblings(clean: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.chip for item in revisions(clean)))


def _by_name(name: str, chip: str) -> str:
    return _(
        "Nobody has documented the module {name}. By its name it is no Beken module but likely "
        "carries a {chip}: look at the print on the chip itself.",
        name=name,
        chip=chip,
    )


def _foreign(name: str, chip: str) -> str:
    return _(
        "The module {name} is not a Beken module ({chip}): its pin numbers follow another scheme, "
        "and Plugsmith cannot flash it. `plugsmith doctor --module` names the tool that can.",
        name=name,
        chip=chip,
    )
