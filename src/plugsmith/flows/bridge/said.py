"""What a program tells of the chip while it works: which one it is, and how it is locked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from plugsmith.chips.other_chips import other_chip
from plugsmith.messages import _

_CHIP = re.compile(r"(?:Connected to|Chip is|Chip type:)\s+(ESP[0-9A-Z-]+)")
# ltchiptool of these chips: what the chip is in detail; the name alone comes from the user
_DETAIL = re.compile(r"Chip info: ((?:RTL|LN)\S+)")
# of an EUI-64 (8 bytes) the address of the chip is the one that is called the base
_MAC = re.compile(r"^(BASE )?MAC:\s*((?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2})(?![:0-9a-fA-F])")
_SIZE = re.compile(r"^(?:Auto-d|D)etected flash size:\s*(\d{1,4})\s?([KM])B$", re.IGNORECASE)
_LOCK = re.compile(r"^(Secure Boot|Flash Encryption): (Enabled|Disabled)$")
_WORD = re.compile(r"^(0x[0-9a-f]{8}) = (0x[0-9a-f]{8})$")
# of an ESP32 the eFuse itself is read (esptool's ESP32ROM); an odd number of bits encrypts
EFUSES = {
    "0x3ff5a000": ("Flash Encryption", 0x7F << 20),
    "0x3ff5a018": ("Secure Boot", 0x3 << 4),
}


@dataclass(slots=True, kw_only=True)
class Said:
    """What a program told of the chip, in all its runs; None where it did not.

    `detail`: which kind of that chip. `flash_size` in bytes, in this run. `locks`: for "Secure
    Boot" and "Flash Encryption" whether they are on, as far as it was told.
    """

    chip: str | None = None
    detail: str | None = None
    macs: dict[str, str] = field(default_factory=dict)
    flash_size: int | None = None
    locks: dict[str, bool] = field(default_factory=dict)
    _now: set[str] = field(default_factory=set)  # what this run told

    @property
    def mac(self) -> str | None:
        """Its address."""
        return self.macs.get("BASE ") or self.macs.get("")

    def begin(self) -> None:
        """Another run begins, and tells of its chip anew."""
        self._now.clear()
        self.flash_size = None

    def hear(self, line: str) -> str:
        """One line of its output; a clause if the chip is another one than before, else empty."""
        self._hear_facts(line)
        found = _CHIP.search(line)
        if found is not None and "chip" not in self._now:  # the first word is the plainest
            self._now.add("chip")
            chip = known_name(found[1])
            self.chip = self.chip or chip
            if chip != self.chip:
                return _("it is a {name}", name=chip)
        found = _DETAIL.search(line)
        if found is not None:
            self.detail = self.detail or found[1]
            if found[1] != self.detail:
                return _("it is a {name}", name=found[1])
        found = _MAC.search(line)
        if found is not None:
            self._now.add("mac")
            kind, mac = found[1] or "", found[2].lower()
            if self.macs.setdefault(kind, mac) != mac:
                return _("its MAC is {mac}", mac=mac)
        return ""

    def _hear_facts(self, line: str) -> None:
        if found := _SIZE.search(line):
            self.flash_size = int(found[1]) << {"K": 10, "M": 20}[found[2].upper()]
        if found := _LOCK.search(line):
            self.locks[found[1]] = found[2] == "Enabled"
        found = _WORD.search(line)
        if found is not None and found[1] in EFUSES:
            name, mask = EFUSES[found[1]]
            bits = (int(found[2], 16) & mask).bit_count()
            self.locks[name] = bits % 2 == 1 if name == "Flash Encryption" else bits > 0

    def end(self) -> str:
        """A clause if this run did not tell the address that an earlier one told."""
        missing = self.mac is not None and "mac" not in self._now
        return _("its MAC is {mac}", mac=_("unknown")) if missing else ""


def known_name(chip: str) -> str:
    """The chip's name in our table, or as it was said."""
    other = other_chip(chip)
    return other.name if other is not None else chip
