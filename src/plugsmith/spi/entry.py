"""Into the chip's flash mode: CEN, the window, D2, and what each answer means.

spi-download.md 1: deaf for 5 ms after CEN rises, then D2 on MISO until 53 ms; D2 D2 opens the
mode, the flash answers up to 40 ms later. Each number is data of one measured chip.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plugsmith.errors.link import NotInFlashMode
from plugsmith.events import Log
from plugsmith.messages import N_, _
from plugsmith.spi.nor import is_id

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.spi.cen import Cen
    from plugsmith.spi.nor import Nor

KNOCK = 0xD2
_TRAIN = bytes((KNOCK,)) * 4
_WINDOW_S = 0.060
_WAKING_S = 0.050
_UP_S = 0.500
_TRIES = 20
_HAND_S = 2.0  # counted as one try where somebody resets by hand
_TELL_EVERY = 5
_TURN = 4  # tries in one SPI mode, where there are several (mode 0 works on most chips)
_SAME = 3

_DEAD = N_(
    "Only 00 came back: CEN did not move, the reset came too late, the chip has no supply, or "
    "P23 (data out of the chip) is not connected."
)
_OPEN = N_(
    "Only FF came back: P23 (data out of the chip) hangs in the air, or the chip runs its firmware."
)
_NOT_TAKEN = N_(
    "The chip shows D2, so it is in its window, but does not take ours: P22 (data into the chip), "
    "P20 (clock) or P21 (chip select) is not connected. P22 and P23 are easily swapped."
)
_NOT_UP = N_(
    "The chip took D2, but its flash did not answer afterwards: the 3.3 V supply is too weak."
)
_NOISE = N_("What came back differs from time to time: lower the clock, use shorter wires.")
_SHIFTED = N_("What came back is D2 with shifted bits: the clock is too fast, or the wires long.")
_REMEDY = N_(
    "Check 3.3 V, GND and the wires CEN, P20 (clock), P21 (select), P22 (in), P23 (out), then run "
    "the command again. docs/spi.md names the pads of each module."
)
_SHIFTS = {KNOCK >> 1, KNOCK << 1 & 0xFF, KNOCK >> 1 | 0x80, KNOCK << 1 & 0xFF | 1, 0xE4}


class Heard:
    """What came back while nobody was in, for the sentence that explains it."""

    def __init__(self) -> None:
        self.bytes: Counter[int] = Counter()
        self.knocked = False
        self.ids: set[bytes] = set()

    @property
    def sentence(self) -> str:
        """The likeliest cause (not translated)."""
        if self.knocked:
            return _NOT_UP if self.ids <= {b"\x00\x00\x00"} else _NOISE
        if self.bytes[KNOCK]:
            return _NOT_TAKEN
        if set(self.bytes) <= {0x00}:
            return _DEAD
        if set(self.bytes) <= {0xFF, 0x00} and self.bytes[0xFF] >= self.bytes[0x00]:
            return _OPEN
        return _SHIFTED if set(self.bytes) & _SHIFTS else _NOISE


def enter(
    nor: Nor,
    cen: Cen,
    *,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
    timeout_s: float | None,
) -> bytes:
    """The id of the flash, once its pins are ours; looks first whether they are already.

    `timeout_s` None: until the user stops. Raises NotInFlashMode with what was heard.
    """
    found = _settled_id(nor)
    if found is not None:
        return found
    heard, began_s, tries = Heard(), clock.monotonic(), 0
    sink.emit(Log(message=cen.ask()))
    while True:
        cancel.check()
        nor.bus.set_mode(nor.bus.modes[tries // _TURN % len(nor.bus.modes)])
        tries += 1
        found = _try_once(nor, cen, clock, heard, cancel)
        if found is not None:
            return found
        over = timeout_s is not None and clock.monotonic() - began_s > timeout_s
        if over or (timeout_s is not None and not cen.by_hand and tries >= _TRIES):
            raise NotInFlashMode(
                port=cen.port_name, tries=tries, heard_text=heard.sentence, remedy=_REMEDY
            )
        if tries % _TELL_EVERY == 0:
            sink.emit(Log(message=_(heard.sentence), level="detail"))


def _try_once(nor: Nor, cen: Cen, clock: Clock, heard: Heard, cancel: CancelToken) -> bytes | None:
    cen.pulse()
    until = clock.monotonic() + (_HAND_S if cen.by_hand else _WINDOW_S)
    ignored = False  # a train in this window: the end of the window looks like an answer
    while clock.monotonic() < until:
        cancel.check()
        seen = nor.bus.transfer(b"", 1)[0]
        heard.bytes[seen] += 1
        if seen == KNOCK:
            after = nor.bus.transfer(_TRAIN, 1)[0]
            if after == KNOCK:
                heard.bytes[after] += 1
                ignored = True
                continue
            heard.knocked = heard.knocked or not ignored
            return _wait_for_flash(nor, clock, heard)
        clock.sleep(0.001)
    return None


def _wait_for_flash(nor: Nor, clock: Clock, heard: Heard) -> bytes | None:
    clock.sleep(_WAKING_S)
    until = clock.monotonic() + _UP_S
    while clock.monotonic() < until:
        found = _settled_id(nor, heard)
        if found is not None:
            return found
        clock.sleep(0.005)
    return None


def _settled_id(nor: Nor, heard: Heard | None = None) -> bytes | None:
    """An id that is the same three times in a row."""
    found = [nor.bus.transfer(b"\x9f", 3) for _turn in range(_SAME)]
    if heard is not None:
        heard.ids.update(found)
    return found[0] if len(set(found)) == 1 and is_id(found[0]) else None
