"""Texts on a log UART that prove a firmware's start, and texts that say that it failed.

Only these count: noise, a crash dump, a loader's banner or complaint and the vendor SDK's own words
(`prvHeapInit-start` comes from every firmware, wrong ones too) prove nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BootSign:
    """A text of a firmware's start; `complete` if it ends the start. `source`: how it is known."""

    firmware: str
    pattern: re.Pattern[bytes]
    complete: bool
    source: str


_RUN = "run: the unmodified firmware printed it in the emulator"
_STAMP = rb"\[\d\d-\d\d \d\d:\d\d:\d\d "

BOOT_SIGNS = (
    BootSign(
        firmware="OpenBeken",
        pattern=re.compile(rb"Main_Init_After_Delay done"),
        complete=True,
        source=_RUN + " (T, N, M and 7238 1.18.300), last line of its start",
    ),
    BootSign(
        firmware="OpenBeken",
        pattern=re.compile(rb"OpenBK7\w{2,5}, version \d|Main_Init_(?:Before|After)_Delay"),
        complete=False,
        source=_RUN + " (T, N, M and 7238 1.18.300)",
    ),
    BootSign(
        firmware="Tuya",
        pattern=re.compile(_STAMP + rb"(?:TUYA N(?:otice)?|ty N)\]"),
        complete=True,
        source=_RUN + "; 20 of 29 corpus dumps reach one of these (docs/gpio-trace.md)",
    ),
    BootSign(
        firmware="Tuya",
        pattern=re.compile(_STAMP + rb"(?:TUYA|ty) [A-Z][a-z]*\]"),
        complete=False,
        source=_RUN + " (Woox R5111, a plug and a presence sensor for N)",
    ),
    BootSign(
        firmware="ESPHome",
        pattern=re.compile(rb"\[[A-Z]\]\[[a-z_0-9.]{2,24}:\d{1,4}\]: ?\S"),
        complete=False,
        source="peer: the line format of ESPHome's logger component; not run here",
    ),
    *(
        BootSign(
            firmware=name,
            pattern=re.compile(rb"LibreTiny v\d+\.\d+"),
            complete=False,
            source="peer: LibreTiny's banner, which ESPHome cuts after its tenth character",
        )
        for name in ("LibreTiny", "ESPHome")
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A text that says that code failed."""

    pattern: re.Pattern[bytes]
    source: str


COMPLAINTS = (
    Complaint(
        pattern=re.compile(rb"\[ARM ANOMALY\]"),
        source="run: the N boot loader's handler, with a T image behind it",
    ),
    Complaint(
        pattern=re.compile(rb"(?:data|prefetch) abort|undefined instruction"),
        source="peer: the vendor SDK's exception handlers (arm_arch / intc)",
    ),
    Complaint(
        pattern=re.compile(rb"[Ss]tack overflow|[Aa]ssert(?:ion)? fail|ASSERT"),
        source="peer: FreeRTOS's and the vendor SDK's last words",
    ),
)
LOADER_WORDS = re.compile(rb"V:BK7\d\d\d[A-Z]?_\d|J 0x10000")


def starts(text: bytes) -> int:
    """How often the boot loader began: the larger count of banners and of jumps."""
    found = [match.group() for match in LOADER_WORDS.finditer(text)]
    banners = sum(1 for word in found if word.startswith(b"V:"))
    return max(banners, len(found) - banners)


def complaints(text: bytes) -> int:
    """How often code said that it failed."""
    return sum(len(item.pattern.findall(text)) for item in COMPLAINTS)


def last_words(text: bytes) -> bytes:
    """What was said after the last start of the boot loader; nothing if that was a complaint."""
    words = list(LOADER_WORDS.finditer(text))
    after = text[words[-1].end() :] if words else text
    return b"" if complaints(after) else after


def find_sign(text: bytes, *, firmware: str | None = None) -> BootSign | None:
    """The strongest sign in `text` of `firmware`, or of any; those of complete starts first."""
    wanted = None if firmware is None else firmware.casefold()
    signs = [sign for sign in BOOT_SIGNS if wanted in {None, sign.firmware.casefold()}]
    for sign in sorted(signs, key=lambda item: not item.complete):
        if sign.pattern.search(text):
            return sign
    return None
