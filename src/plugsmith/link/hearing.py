"""What comes over a wire on which no boot code answers, judged by its bytes.

Nothing of the heard text is kept or shown: a console prints passwords.
"""

from __future__ import annotations

import re
from enum import StrEnum

_KEEP = 8192
_LINK_CHECK = b"\x01\xe0\xfc\x01\x00"
_LINK_ANSWER = b"\x04\x0e\x05" + _LINK_CHECK
_MCU_HEAD = b"\x55\xaa"
_FEW = 12  # fewer bytes than this are no text
_TAIL = 64
_TEXT_SHARE = 0.85
_ECHO_SHARE = 0.5
_LOOP_BANNERS = 3
_TEXT_BYTES = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D, 0x1B}
# Lines of the boot loaders (V:BK7231S_1.0.5, J 0x10000) and of the first start-up code.
_BANNER = re.compile(rb"V:BK7\d{3}|J 0x1\d000\b")
_BOOT = re.compile(
    rb"V:BK7\d{3}|J 0x1\d000|prvHeapInit|\[FUNC\]|ARM ANOMALY|BK7231|BK7238|tuya", re.IGNORECASE
)
_CONSOLE = re.compile(rb"(?:Info|Error|Warn|Debug):[A-Za-z_]+:|OpenBK|OpenBeken", re.IGNORECASE)


class Heard(StrEnum):
    """The state of the wire."""

    CHIP = "chip"  # a boot code answers
    SILENCE = "silence"
    ECHO = "echo"  # our own bytes come back
    BOOT_TEXT = "boot-text"
    CONSOLE = "openbeken-console"
    TUYA_MCU = "tuya-mcu"
    TEXT = "text"
    NOISE = "noise"  # or another speed
    RESET_LOOP = "reset-loop"
    PORT_LOST = "port-lost"


class Hearing:
    """Collects what belongs to no reply and says what it looks like."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self.total = 0
        self.sent = 0
        self.links_lost = 0  # times that a link was made and lost again
        self._judged: tuple[int, int, Heard] = (0, 0, Heard.SILENCE)

    def add(self, data: bytes) -> None:
        """Take received bytes that were no reply."""
        self.total += len(data)
        self._heard += data
        del self._heard[:-_KEEP]

    def forget(self) -> None:
        """Start over, for instance after a change of speed."""
        self._heard.clear()
        self.total = 0
        self.sent = 0

    @property
    def verdict(self) -> Heard:
        """What the collected bytes look like; judged anew when there are 5 % more of them."""
        total, links, verdict = self._judged
        if links != self.links_lost or self.total < total or self.total > total + total // 20:
            verdict = self._judge()
            self._judged = (self.total, self.links_lost, verdict)
        return verdict

    def _judge(self) -> Heard:
        data = bytes(self._heard)
        loops = len(_BANNER.findall(data)) >= 2 * _LOOP_BANNERS or data.count(b"V:BK7") >= (
            _LOOP_BANNERS
        )
        if loops or self.links_lost >= _LOOP_BANNERS:
            return Heard.RESET_LOOP
        if not data:
            return Heard.SILENCE
        if is_echo(data):
            return Heard.ECHO
        if has_mcu_frame(data):
            return Heard.TUYA_MCU
        return _text_kind(data)

    @property
    def garbled(self) -> bool:
        """Whether bytes came that fit a chip which talks at another speed."""
        return self.total >= 4 and self.verdict is Heard.NOISE


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


def _text_kind(data: bytes) -> Heard:
    if _CONSOLE.search(data):
        return Heard.CONSOLE
    if _BANNER.search(data):
        return Heard.BOOT_TEXT
    tail = data[-_TAIL:]  # text may follow the noise of a power-up
    if not (_is_text(data, _FEW) or _is_text(tail, _TAIL)):
        return Heard.NOISE
    return Heard.BOOT_TEXT if _BOOT.search(data) else Heard.TEXT


def _is_text(data: bytes, least: int) -> bool:
    printable = sum(byte in _TEXT_BYTES for byte in data)
    return len(data) >= least and printable >= _TEXT_SHARE * len(data)
