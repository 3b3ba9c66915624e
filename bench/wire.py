"""Ours on the wire: reads, blank skip, differential writes, as ratios to the wire limit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bench._board import (
    REPLY,
    REQUEST,
    SECTOR,
    SIZE,
    Board,
    Row,
    Setting,
    full_flash,
    wire_limit_s,
    write_limit_s,
)
from bench._peers import peer_rows
from plugsmith.flows.wire.connection import connected
from plugsmith.flows.wire.raw_read import read_flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.memory import AddressRange
from plugsmith.sim.timing import DeviceTiming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DUMP = "bk7231t-woox-r5111"
APP_START = 0x1_1000
IMAGE_LEN = 0x10_0000 - APP_START


def read_all(setting: Setting, content: bytes) -> float:
    """Seconds for a proven read of the whole flash, after link and speed change."""
    with Board(setting, content) as board:
        got = read_flash(board.ctx(), lambda size: AddressRange(0, size))
        assert got.data == content
        return board.task_s("read")


def read_without_map(setting: Setting, content: bytes) -> float:
    """The same without looking for blank ranges."""
    with Board(setting, content) as board, connected(board.ctx()) as device:
        device.raise_speed()
        began = board.clock.monotonic()
        blocks = device.flash.blocks(AddressRange(0, SIZE), skip_blank=False)
        assert b"".join(block.data for block in blocks) == content
        return board.clock.monotonic() - began


def write_image(setting: Setting, before: bytes, image: bytes) -> tuple[float, float]:
    """Seconds for plan, execution and proof of `image`; and of the writing and proof alone."""
    with Board(setting, before) as board:
        done = write_raw(board.ctx(), image, start=APP_START)
        assert done.verified
        assert (
            bytes(board.chip.nor.content)
            == before[:APP_START] + image + before[APP_START + len(image) :]
        )
        return done.seconds, board.task_s("write", "verify")


def changed(image: bytes, share: float) -> bytes:
    """`image` with the first byte of every so many sectors changed."""
    out = bytearray(image)
    step = round(1 / share)
    for sector in range(0, len(image) // SECTOR, step):
        out[sector * SECTOR] ^= 0xFF
    return bytes(out)


def reads(bauds: list[int]) -> Iterator[Row]:
    """Full reads of a flash without blanks."""
    for baud in bauds:
        for chip in ("BK7231T", "BK7231N"):
            for latency in (1.0, 16.0):
                setting = Setting(chip, baud=baud, latency_ms=latency)
                target = None
                if baud == 921_600 and (latency == 1.0 or chip == "BK7231T"):
                    target = 1.05 if latency == 1.0 else 1.10
                yield Row(
                    f"read 2 MiB, {chip}, {baud} baud, L = {latency:.0f} ms",
                    read_all(setting, full_flash(chip)),
                    wire_limit_s(SIZE, baud),
                    target,
                )


def blank_skip(name: str, content: bytes) -> Iterator[Row]:
    """A real dump with its blank ranges; at both CRC speeds, with and without the map."""
    setting = Setting("BK7231T")
    limit = wire_limit_s(SIZE, 921_600)
    yield Row(f"read {name}, blank skip, L = 1 ms", read_all(setting, content), limit, 0.75)
    slow = Setting("BK7231T", crc_us=2.5)
    plain = read_without_map(slow, content)
    yield Row(f"read {name}, CRC 2.5 us, no blank map", plain, limit)
    mapped = read_all(slow, content)
    yield Row(f"read {name}, CRC 2.5 us, against no map", mapped, plain, 1.0)
    full = full_flash("BK7231T")
    plain = read_without_map(slow, full)
    yield Row("read without blanks, CRC 2.5 us, against no map", read_all(slow, full), plain, 1.0)


def differential() -> Iterator[Row]:
    """5 % changed sectors against a full write of the same image."""
    image = full_flash("BK7231T")[APP_START : APP_START + IMAGE_LEN]
    for chip in ("BK7231T", "BK7231N"):
        setting = Setting(chip)
        old = full_flash(chip)
        other = bytes(byte ^ 0x5A for byte in image)
        blank = old[:APP_START] + other + old[APP_START + IMAGE_LEN :]
        full_s, written_s = write_image(setting, blank, image)
        limit = write_limit_s(IMAGE_LEN, setting.baud)
        yield Row(f"write {IMAGE_LEN // 1024} KiB with proof, {chip}", written_s, limit)
        same = old[:APP_START] + image + old[APP_START + IMAGE_LEN :]
        few_s, _written = write_image(setting, same, changed(image, 0.05))
        yield Row(f"5 % of the sectors changed, against a full write, {chip}", few_s, full_s, 0.2)


def corpus_dump(name: str) -> bytes | None:
    """A factory dump of the corpus, if it is there."""
    default = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    path = Path(os.environ.get("PLUGSMITH_CORPUS", default)) / "factory" / f"{name}.bin"
    return path.read_bytes() if path.is_file() else None


def show(title: str, rows: Iterable[Row]) -> bool:
    """Print the rows as they come; whether all targets are met."""
    print(f"\n{title}", flush=True)
    good = True
    for row in rows:
        print(row.text(), flush=True)
        good = good and row.ok
    return good


def main(*, full: bool) -> bool:
    """Print the device timing and every row; False when a target is missed."""
    print("Device timing of the simulated chip:")
    for name, value in DeviceTiming().rows():
        print(f"  {name:<24}{value}")
    print(f"Wire limit: {REQUEST} bytes out and {REPLY} in for each sector, at nominal baud.")
    print("Ours in virtual time: wire seconds after link and speed change, proof by CRC included.")
    bauds = [115_200, 921_600, 2_000_000] if full else [921_600, 2_000_000]
    good = show("Reading, ours:", reads(bauds))
    dump = corpus_dump(DUMP)
    if dump is not None:
        good &= show("Blank ranges, ours:", blank_skip(DUMP, dump))
    good &= show("Writing, ours:", differential())
    title = (
        "Real time, whole commands on the same served chip (start, link, identify, read, proof):"
    )
    return show(title, peer_rows(full=full, dump=dump)) and good
