"""A support bundle as a port: what the chip said, in the recorded order, against our client."""

from __future__ import annotations

import json
import zipfile
import zlib
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import code_keys
from plugsmith.chips.model import KeyClass
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.link.trace import redact

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.clock import VirtualClock


LOADER_AT = {bytes(4), bytes.fromhex("00008000")}  # the start of the flash, and behind its end
READ = bytes.fromhex("01e0fcfff4")  # the request for a sector; its reply names the address too
FUSE_INDEX = bytes.fromhex("01e0fc090174008000")  # the request that names a byte of the eFuse
FUSE_BYTE = bytes.fromhex("040e0c01e0fc0378008000")  # the head of its reply; no trace has the rest
CRC = "040e0801e0fc10"  # the reply with a checksum


def with_crc(length: int, wanted: int, start: bytes = b"") -> bytes:
    """`length` bytes whose zlib CRC-32 is `wanted`: `start`, zeros, and four that make it so."""
    body = start.ljust(length - 4, b"\0")
    plain = zlib.crc32(body + bytes(4))
    rows = [
        (zlib.crc32(body + (1 << bit).to_bytes(4, "little")) ^ plain, 1 << bit) for bit in range(32)
    ]
    rest, tail = wanted ^ plain, 0
    for column in range(31, -1, -1):
        pivot = next(row for row in rows if row[0] >> column & 1)
        rows.remove(pivot)
        rows = [
            (row[0] ^ pivot[0], row[1] ^ pivot[1]) if row[0] >> column & 1 else row for row in rows
        ]
        if rest >> column & 1:
            rest, tail = rest ^ pivot[0], tail ^ pivot[1]
    return body + tail.to_bytes(4, "little")


class BundlePort:
    """Plays `trace.jsonl`. `AssertionError` where the client sends something else than recorded."""

    def __init__(self, bundle: Path, clock: VirtualClock) -> None:
        with zipfile.ZipFile(bundle) as archive:
            lines = archive.read("trace.jsonl").decode().splitlines()
            self.about = json.loads(archive.read("bundle.json"))
        self._lines = [json.loads(line) for line in lines]
        self._at = 0
        self._clock = clock
        self._held = b""
        self.info = PortInfo(name="bundle")
        self.capabilities = PortCapabilities(modem_lines=True, speed_changes=True, local=True)
        self.baud = 115200
        self._address = bytes(4)
        self._fuse = 0
        self._sectors: list[bytes] = []
        self.over = False  # from here on nothing is compared

    def finish(self) -> int:
        """End the comparison; how many recorded lines were played."""
        self.over = True
        return self._at

    def _next(self, *wanted: str) -> dict | None:
        """The next recorded line if it is of a wanted kind."""
        while self._at < len(self._lines) and self._lines[self._at]["event"] in {"open", "lines"}:
            self._at += 1
        if self._at < len(self._lines) and self._lines[self._at]["event"] in wanted:
            self._at += 1
            return self._lines[self._at - 1]
        return None

    def write(self, data: bytes) -> None:
        if self.over:
            return
        line = self._next("tx")
        assert line is not None, f"the client sent {data.hex()} where the record has no more"
        if data.startswith(READ) and len(data) == 12:
            self._address = data[-4:]
        if data.startswith(FUSE_INDEX):
            self._fuse = data[10] & 0x1F
        told = {key: line[key] for key in ("len", "hex", "crc32", "head") if key in line}
        assert told == redact(data), (line, data.hex())

    def read(self, limit: int, timeout_s: float) -> bytes:
        if not self._held:
            line = None if self.over else self._next("rx")
            if line is None:
                self._clock.sleep(timeout_s)
                return b""
            self._held = bytes.fromhex(line.get("hex") or line.get("head", ""))
            if "head" in line and line["len"] > 0x1000:
                self._held += self._address
            missing = line["len"] - len(self._held)
            self._held += self._filler(missing, line.get("crc32"))
        data, self._held = self._held[:limit], self._held[limit:]
        return data

    def discard_input(self) -> None:
        self._held = b""
        self._next("discard")

    def _filler(self, missing: int, whole: str | None) -> bytes:
        """Bytes for a sector that was left out, with the checksum that the chip told next.

        A chip that told none: with the checksum of the `whole` reply, so that sectors which were
        equal on the wire are equal here, and others are not.
        """
        head = bytes(missing % 0x1000)
        answers = (line for line in self._lines[self._at :] if line["event"] == "rx")
        told = next(answers, None)
        if self._held == FUSE_BYTE:
            return self._key().ljust(32, b"\0")[self._fuse : self._fuse + 1] + b"\1\0\0"
        if missing < 0x1000:
            return bytes(missing)
        start = self._loader_start() if self._address in LOADER_AT else b""
        if told is not None and told.get("hex", "").startswith(CRC):
            wanted = int.from_bytes(bytes.fromhex(told["hex"])[-4:], "little")
            return head + with_crc(missing - len(head), wanted ^ 0xFFFF_FFFF, start)
        if whole is None:
            return bytes(missing)
        before, wanted = self._held + head, int(whole, 16)
        for known in self._sectors:
            if zlib.crc32(before + known) == wanted:
                return head + known
        made = with_crc(len(self._held) + missing, wanted, before + start)[len(before) :]
        self._sectors.append(made)
        return head + made

    def _key(self) -> bytes:
        """The code key, if the bundle says that it is the one that all know."""
        key = (self.about.get("identity") or {}).get("key") or {}
        if key.get("class") != KeyClass.TUYA:
            return b""
        words = next(item.words for item in code_keys() if item.key_class is KeyClass.TUYA)
        return b"".join(word.to_bytes(4, "little") for word in words)

    def _loader_start(self) -> bytes:
        """Bytes with the fingerprint (CRC-32 of 256 bytes) of the loader that the bundle names."""
        boot = (self.about.get("identity") or {}).get("boot") or {}
        return with_crc(256, int(boot["crc32"], 16)) if boot.get("crc32") else b""

    def set_baud(self, baud: int) -> None:
        if self.over:
            return
        line = self._next("baud")
        assert line is not None
        assert line["baud"] == baud
        self.baud = baud

    def set_lines(self, *, rts=None, dtr=None) -> None:
        """Where a line was moved is no part of the proof."""

    def drain(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing to let go."""
