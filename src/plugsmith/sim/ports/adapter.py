"""Serial adapters as they are sold: rates that are not what was asked for, noise, small buffers.

Also the person at the desk, who switches the chip off and on after some seconds of silence.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.errors.own.sim import SimSetup
from plugsmith.messages import _
from plugsmith.sim.ports.other_rom import ROMS, RomModel
from plugsmith.sim.timing import DEFAULT_BAUD, FRAME_BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Somebody else who sends `data` on the host's RX line, at `rate`, every `every_s`."""

    rate: int
    data: bytes
    every_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterModel:
    """How one kind of adapter differs from a wire; the default differs in nothing.

    `most`: a higher rate is taken and this one used. `maps`: rates asked for and rates used.
    `refuses`: rates above are refused with an error. `noise` is the share of bytes that arrive
    wrong, both ways, at rates above `noise_above`. A new rate is used `late_s` after the request.
    `reopen_s`: a change of rate closes the port for so long; `reopen_resets` "resets" pulls CEN
    when it is closed, "resets-late" when it is opened.
    `buffer`: bytes that wait for the wire; what does not fit is lost. `inverted`: CEN is pulled
    while the wired line is off. `deaf`: nothing that is sent leaves the adapter; after
    `stuck_after` bytes it takes no more. `talks`, `greeting` (at each opening) and `low` (only
    zeros) are heard beside or instead of the chip. The port vanishes `gone_s` after each opening.
    `far_s` is the round trip of a network. The supply dips every `dips_every_s`, or `dip_late_s`
    after each so many erases. `other` is a chip of another maker in the place of this one.
    """

    most: int | None = None
    maps: tuple[tuple[int, int], ...] = ()
    refuses: int | None = None
    noise: float = 0.0
    noise_above: int = 0
    late_s: float = 0.0
    reopen_s: float | None = None
    reopen_resets: str = ""
    buffer: int | None = None
    inverted: bool = False
    deaf: bool = False
    stuck_after: int | None = None
    talks: tuple[Talk, ...] = ()
    greeting: bytes = b""
    low: bool = False
    gone_s: float | None = None
    far_s: float | None = None
    dips_every_s: float | None = None
    dips_after_erases: int | None = None
    dip_late_s: float = 0.02
    dark_s: float | None = None
    other: RomModel | None = None

    def real_rate(self, baud: int) -> int:
        """The rate on the wire when `baud` is asked for."""
        rate = dict(self.maps).get(baud, baud)
        return rate if self.most is None else min(rate, self.most)


class Adapter:
    """One adapter in use, over all openings of its port; `user_s` None: nobody is at the desk."""

    def __init__(
        self, model: AdapterModel | None = None, *, user_s: float | None = None, seed: int = 0
    ) -> None:
        self.model = model or AdapterModel()
        self.user_s = user_s
        self.user_resets = 0
        self.lost = 0  # bytes that found no room
        self.taken = 0  # bytes from the host
        self.reopenings = 0
        self._random = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
        self._rate = self._next_rate = DEFAULT_BAUD
        self._next_at = 0.0
        self._sending_until = 0.0
        self._quiet_since: float | None = None

    def rate(self, now: float) -> int:
        """The rate on the wire at `now`."""
        if now >= self._next_at:
            self._rate = self._next_rate
        return self._rate

    def set_rate(self, baud: int, now: float) -> None:
        """Take a new rate, at once or late."""
        self.rate(now)
        self._next_rate = self.model.real_rate(baud)
        self._next_at = now + self.model.late_s

    def accept(self, data: bytes, now: float) -> bytes:
        """What of `data` finds room in the buffer."""
        self.taken += len(data)
        if self.model.deaf:
            return b""
        bytes_s = self.rate(now) / FRAME_BITS
        begin = max(now, self._sending_until)
        if self.model.buffer is not None:
            room = max(0, self.model.buffer - round((begin - now) * bytes_s))
            self.lost += max(0, len(data) - room)
            data = data[:room]
        self._sending_until = begin + len(data) / bytes_s
        return data

    def sent_at(self) -> float:
        """When the buffer is empty."""
        return self._sending_until

    def garble(self, data: bytes, now: float) -> bytes:
        """`data` with the wrong bytes of a noisy wire."""
        share = self.model.noise
        if not data or share <= 0 or self.rate(now) <= self.model.noise_above:
            return data
        out = bytearray(data)
        at = int(self._random.expovariate(share))
        while at < len(out):
            out[at] ^= 1 << self._random.randrange(8)
            at += 1 + int(self._random.expovariate(share))
        return bytes(out)

    def heard(self, *, anything: bool, now: float) -> None:
        """Note whether bytes came, for the person who waits for some."""
        if anything or self._quiet_since is None:
            self._quiet_since = now

    def user_acts(self, now: float) -> bool:
        """Whether the person has waited long enough and switches the chip off and on."""
        if self.user_s is None or self._quiet_since is None:
            return False
        if now - self._quiet_since < self.user_s:
            return False
        self._quiet_since = now
        self.user_resets += 1
        return True

    def user_due(self) -> float | None:
        """When the person would act."""
        if self.user_s is None or self._quiet_since is None:
            return None
        return self._quiet_since + self.user_s


def adapter_model(words: Iterable[str]) -> AdapterModel:
    """The model that words like `most:460800` describe; SimSetup for a word that is unknown."""
    model = AdapterModel()
    for word in words:
        name, *values = word.split(":")
        make = _WORDS.get(name)
        try:
            if make is None:
                raise ValueError(name)
            model = make(model, values)
        except (ValueError, IndexError) as problem:
            raise SimSetup(
                problem=_("{key} is not a setting", key=f"adapter={word}"), known=", ".join(_USAGE)
            ) from problem
    return model


def _rate(text: str) -> int:
    rate = int(text)
    if not 0 < rate <= 10_000_000:
        raise ValueError(text)
    return rate


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 60:
        raise ValueError(text)
    return seconds


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share < 1:
        raise ValueError(text)
    return share


def _resets(text: str) -> str:
    if text not in ("resets", "resets-late"):
        raise ValueError(text)
    return text


def _rom(name: str) -> RomModel:
    if name not in ROMS:
        raise ValueError(name)
    return ROMS[name]


def _talk(values: list[str]) -> Talk:
    every_s = _seconds(values[2])
    if every_s <= 0:
        raise ValueError(values[2])
    return Talk(rate=_rate(values[0]), data=bytes.fromhex(values[1]), every_s=every_s)


_WORDS: dict[str, Callable[[AdapterModel, list[str]], AdapterModel]] = {
    "most": lambda model, v: replace(model, most=_rate(v[0])),
    "map": lambda model, v: replace(model, maps=(*model.maps, (_rate(v[0]), _rate(v[1])))),
    "refuse": lambda model, v: replace(model, refuses=_rate(v[0])),
    "noise": lambda model, v: replace(model, noise_above=int(v[0]), noise=_share(v[1])),
    "late": lambda model, v: replace(model, late_s=_seconds(v[0])),
    "reopen": lambda model, v: replace(
        model, reopen_s=_seconds(v[0]), reopen_resets=_resets(v[1]) if v[1:] else ""
    ),
    "buffer": lambda model, v: replace(model, buffer=_rate(v[0])),
    "inverted": lambda model, _v: replace(model, inverted=True),
    "deaf": lambda model, _v: replace(model, deaf=True),
    "stuck": lambda model, v: replace(model, stuck_after=int(v[0])),
    "talk": lambda model, v: replace(model, talks=(*model.talks, _talk(v))),
    "greet": lambda model, v: replace(model, greeting=bytes.fromhex(v[0])),
    "low": lambda model, _v: replace(model, low=True),
    "gone": lambda model, v: replace(model, gone_s=_seconds(v[0])),
    "far": lambda model, v: replace(model, far_s=_seconds(v[0])),
    "dark": lambda model, v: replace(model, dark_s=_seconds(v[0])),
    "other": lambda model, v: replace(model, other=_rom(v[0])),
    "dips": lambda model, v: replace(model, dips_every_s=_seconds(v[0])),
    "dips-after-erases": lambda model, v: replace(
        model, dips_after_erases=_rate(v[0]), dip_late_s=_seconds(v[1])
    ),
}
_USAGE = (
    "most:RATE", "map:ASKED:USED", "refuse:ABOVE", "noise:ABOVE:SHARE", "late:SECONDS",
    "reopen:SECONDS[:resets|:resets-late]", "buffer:BYTES", "inverted", "deaf", "stuck:BYTES",
    "talk:RATE:HEX:SECONDS", "greet:HEX", "low", "gone:SECONDS", "far:SECONDS", "dips:SECONDS",
    "dips-after-erases:COUNT:SECONDS", "dark:SECONDS", "other:CHIP",
)  # fmt: skip
