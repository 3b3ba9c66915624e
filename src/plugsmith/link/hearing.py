"""What comes over a wire on which no boot code answers, judged by its bytes and their times.

Nothing of the heard text is kept or shown: a console prints passwords.
"""

from __future__ import annotations

import re
from enum import StrEnum

from plugsmith.link.voices import voice_in

_KEEP = 8192
_LINK_CHECK = b"\x01\xe0\xfc\x01\x00"
_LINK_ANSWER = b"\x04\x0e\x05" + _LINK_CHECK
_MCU_HEAD = b"\x55\xaa"
_FEW = 12  # fewer bytes than this are no text
_TAIL = 64
_TEXT_SHARE = 0.85
_ECHO_SHARE = 0.5
_BANNERS_OF_A_LOOP = 3
_BURST_GAP_S = 0.1
_STRAY = 3  # a burst of so few bytes is a disturbance, not somebody who talks
_ZEROS = 24  # so many and nothing else: the line lies low
FORGOTTEN_S = 10.0  # one burst of noise is no news after this long: a line floats at power-up
_TEXT_BYTES = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D, 0x1B}
# Lines of the boot loaders (V:BK7231S_1.0.5, J 0x10000) and of the first start-up code.
_BANNER = re.compile(rb"V:BK7\d{3}|J 0x1\d000\b")
_BOOT = re.compile(
    rb"V:BK7\d{3}|J 0x1\d000|prvHeapInit|\[FUNC\]|ARM ANOMALY|BK7231|BK7238|tuya", re.IGNORECASE
)
_CONSOLE = re.compile(rb"(?:Info|Error|Warn|Debug):[A-Za-z_]+:|OpenBK|OpenBeken", re.IGNORECASE)
_TELNET = re.compile(rb"\xff[\xfb-\xfe][\x00-\x31\xff]")  # IAC WILL/WONT/DO/DONT and an option


class Heard(StrEnum):
    """The state of the wire."""

    CHIP = "chip"  # a boot code answers
    SILENCE = "silence"
    ECHO = "echo"  # our own bytes come back
    BOOT_TEXT = "boot-text"
    CONSOLE = "openbeken-console"
    TUYA_MCU = "tuya-mcu"
    OTHER_CHIP = "other-chip"  # the start-up text of a chip that is no BK72xx
    TEXT = "text"
    LINE_LOW = "line-low"  # nothing but zeros
    NOISE = "noise"  # or another speed
    RESET_LOOP = "reset-loop"
    ANSWERS_LOST = "answers-lost"  # the boot code answered and was gone again
    SLOW_NETWORK = "slow-network"  # answers come too late
    TELNET = "telnet"  # a telnet server where raw bytes were expected
    WRITES_STUCK = "writes-stuck"  # the port takes no more bytes
    SERVER_CLOSES = "server-closes"  # a network server hangs up after each connection
    PORT_TAKEN = "port-taken"  # the port vanishes after each opening
    PORT_LOST = "port-lost"
    NO_ADAPTER = "no-adapter"  # nothing was listened to


class Hearing:
    """Collects what belongs to no reply and says what it looks like."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self.total = 0
        self.bursts = 0  # bytes with a gap of a tenth of a second before them
        self.largest = 0  # bytes of the largest burst
        self.big_bursts = 0
        self.began_s: float | None = None  # the first byte
        self.banners = 0
        self._burst = 0
        self._first: bytes = b""
        self._last_s: float | None = None
        self._last_big_s: float | None = None
        self._judged: tuple[int, Heard] = (0, Heard.SILENCE)

    def add(self, data: bytes, now_s: float | None = None) -> None:
        """Take received bytes that were no reply; without a time they follow at once."""
        if not data:
            return
        self._count(len(data), now_s)
        if len(self._first) < _STRAY:
            self._first = (self._first + data)[:_STRAY]
        self.total += len(data)
        self._heard += data
        del self._heard[:-_KEEP]

    def _count(self, count: int, now_s: float | None) -> None:
        now = now_s if now_s is not None else self._last_s or 0.0
        if self._last_s is None or now - self._last_s > _BURST_GAP_S:
            if self._last_s is None:
                self.began_s = now
            self.bursts += 1
            self._burst = 0
        before, self._burst = self._burst, self._burst + count
        self.largest = max(self.largest, self._burst)
        if self._burst > _STRAY:
            self.big_bursts += before <= _STRAY
            self._last_big_s = now
        self._last_s = now

    def heard_within(self, seconds: float, now_s: float) -> bool:
        """Whether anything came in the last `seconds`."""
        return self._last_s is not None and now_s - self._last_s <= seconds

    @property
    def sound(self) -> Heard:
        """What the collected bytes look like; judged anew when there are 5 % more of them."""
        total, sound = self._judged
        if self.total < total or self.total > total + total // 20:
            sound = self._judge()
            self._judged = (self.total, sound)
        return sound

    def sound_at(self, now_s: float) -> Heard:
        """The same, when a single burst of noise long ago counts no more."""
        sound = self.sound
        old = self._last_big_s is not None and now_s - self._last_big_s > FORGOTTEN_S
        return Heard.SILENCE if sound is Heard.NOISE and self.big_bursts == 1 and old else sound

    def voice(self) -> str | None:
        """Whose start-up text it is, where it is another chip's."""
        found = voice_in(bytes(self._heard))
        return found.name if found else None

    def _judge(self) -> Heard:
        data = bytes(self._heard)
        self.banners = max(self.banners, data.count(b"V:BK7"), len(_BANNER.findall(data)) // 2)
        if self.banners >= _BANNERS_OF_A_LOOP:
            return Heard.RESET_LOOP
        if not data:
            return Heard.SILENCE
        if _TELNET.match(self._first):
            return Heard.TELNET
        if is_echo(data):
            return Heard.ECHO
        if has_mcu_frame(data):
            return Heard.TUYA_MCU
        return self._text_kind(data)

    def _text_kind(self, data: bytes) -> Heard:
        tail = data[-_TAIL:]  # text may follow the noise of a power-up
        text = _is_text(data, _FEW) or _is_text(tail, _TAIL)
        nothing = self.largest <= _STRAY or (not any(data) and self.largest < _ZEROS)
        rules = (
            (_CONSOLE.search(data), Heard.CONSOLE),
            (_BANNER.search(data), Heard.BOOT_TEXT),
            (voice_in(data), Heard.OTHER_CHIP),
            (nothing, Heard.SILENCE),
            (not any(data), Heard.LINE_LOW),
            (text and _BOOT.search(data), Heard.BOOT_TEXT),
            (text, Heard.TEXT),
        )
        return next((kind for holds, kind in rules if holds), Heard.NOISE)

    @property
    def zeros_only(self) -> bool:
        """Whether bytes came and all of them are zero."""
        return self.total > 0 and not any(self._heard)

    @property
    def garbled(self) -> bool:
        """Whether bytes came that fit a chip which talks at another speed."""
        return self.sound is Heard.NOISE


def is_echo(data: bytes) -> bool:
    """Whether most of `data` is link checks as the host sends them, not answers to them."""
    rest = data.replace(_LINK_ANSWER, b"")
    own = rest.count(_LINK_CHECK)
    return own >= 2 and own * len(_LINK_CHECK) >= _ECHO_SHARE * len(rest)


def has_mcu_frame(data: bytes) -> bool:
    """Whether a TuyaMCU frame is in `data`: 55 AA, version, command, length, data, byte sum."""
    at = data.find(_MCU_HEAD)
    while at >= 0:
        length = int.from_bytes(data[at + 4 : at + 6], "big")
        end = at + 6 + length
        if end < len(data) and length < 512 and sum(data[at:end]) & 0xFF == data[end]:
            return True
        at = data.find(_MCU_HEAD, at + 1)
    return False


def _is_text(data: bytes, least: int) -> bool:
    printable = sum(byte in _TEXT_BYTES for byte in data)
    return len(data) >= least and printable >= _TEXT_SHARE * len(data)
