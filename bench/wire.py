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
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.raw_read import read_flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.forge.flash import forge_flash
from plugsmith.memory import BLOCK_LEN, AddressRange
from plugsmith.sim.timing import DeviceTiming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DUMP = "bk7231t-woox-r5111"
APP_START = 0x1_1000
IMAGE_LEN = 0x10_0000 - APP_START
_CODE_LEN = IMAGE_LEN // 34 * 32 - 0x200  # fills it


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


def write_image(
    setting: Setting, before: bytes, image: bytes, *, waived: bool = False
) -> tuple[float, float]:
    """Seconds from the link to the proof of `image`; and of the writing and proof alone.

    The device has its backup in the library, as usual, unless that is `waived`.
    """
    with Board(setting, before) as board:
        if not waived:
            backup(board.ctx())
            board.chip.hold()
            board.log.events.clear()
        done = write_raw(board.ctx(), image, start=APP_START)
        assert done.verified
        assert (done.safety.backup is None) == waived
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


# Targets are what users would want; docs/speed.md says why some are missed.
# Reads of the whole flash, by chip and latency in ms; None: the floor.
_READS = {
    ("BK7231T", 1.0): 1.02,
    ("BK7231T", 16.0): 1.03,
    ("BK7231N", 1.0): 1.02,
    ("BK7231N", 16.0): None,
}
_AT_FLOOR = 1.02  # and some exchanges about blank blocks and the protection of the flash part


def reads(bauds: list[int]) -> Iterator[Row]:
    """Full reads of a flash without blanks."""
    for baud in bauds:
        for (chip, latency), goal in _READS.items():
            setting = Setting(chip, baud=baud, latency_ms=latency)
            limit = wire_limit_s(SIZE, baud)
            wanted, floor = goal, None
            if chip == "BK7231N":  # one request at a time, and a checksum of every byte
                floor = SIZE // SECTOR * setting.exchange_s(REQUEST, REPLY) + checksum_s(setting)
                wanted = goal or floor / limit * _AT_FLOOR
            yield Row(
                f"read 2 MiB, {chip}, {baud} baud, L = {latency:.0f} ms",
                read_all(setting, full_flash(chip)),
                limit,
                wanted if baud == 921_600 else None,
                floor,
            )


def checksum_s(setting: Setting) -> float:
    """The chip's time for a checksum of the whole flash, which every proof is made of."""
    return SIZE * setting.timing.crc_byte_s


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


# Re-flash against a full write, by chip and adapter latency in ms.
_FEW = {
    ("BK7231T", 1.0): 0.12,
    ("BK7231T", 16.0): 0.12,
    ("BK7231N", 1.0): 0.14,
    ("BK7231N", 16.0): 0.25,
}

# None: the floor.
_WRITES = {
    ("BK7231T", 1.0): 1.05,
    ("BK7231T", 16.0): 1.10,
    ("BK7231N", 1.0): None,
    ("BK7231N", 16.0): None,
}


def differential() -> Iterator[Row]:
    """A full write against wire and erase time, then 5 % changed sectors against that write."""
    span = AddressRange(APP_START, APP_START + IMAGE_LEN)
    blocks = [len(part) for piece in span.split(BLOCK_LEN) for part in _erased_at_once(piece)]
    for (chip, latency), few in _FEW.items():
        setting = Setting(chip, latency_ms=latency)
        at = f"{chip}, L = {latency:.0f} ms"
        before = forge_flash(chip=chip, code_len=_CODE_LEN)
        app = before[span.start : span.end]
        image = bytes(byte ^ 0x5A for byte in app)
        full_s, written_s = write_image(setting, before, image)
        limit = write_limit_s(IMAGE_LEN, setting.baud) + sum(map(setting.timing.erase_s, blocks))
        floor = one_by_one_s(setting, blocks, IMAGE_LEN // SECTOR) + checksum_s(setting)
        wanted = _WRITES[chip, latency] or floor / limit * _AT_FLOOR
        queues = chip == "BK7231T"  # so it is not bound to one request at a time
        yield Row(
            f"write {IMAGE_LEN // 1024} KiB, proof, {at}",
            written_s,
            limit,
            wanted,
            None if queues else floor,
        )
        patched = changed(app, 0.05)
        count = -(-IMAGE_LEN // SECTOR // 20)
        floor = one_by_one_s(setting, [SECTOR] * count, count) + 2 * checksum_s(setting)
        name = f"5 % of the sectors changed, against a full write, {at}"
        yield Row(name, write_image(setting, before, patched)[0], full_s, few, floor)
        waived_s, _written = write_image(setting, before, image, waived=True)
        again_s, _written = write_image(setting, before, patched, waived=True)
        yield Row(f"the same without a backup, {at}", again_s, waived_s)


def one_by_one_s(setting: Setting, erases: Sequence[int], sectors: int) -> float:
    """Erases and writes of whole sectors, none sent before the one in front was answered.

    The last 256 bytes of a sector are programmed when all of it is there. The first erase and the
    first write are read back.
    """
    timing = setting.timing
    return (
        sum(timing.erase_s(length) + setting.exchange_s(13, 16) for length in erases)
        + sectors * (setting.exchange_s(4108, 15) + timing.program_s(256))
        + 2 * setting.exchange_s(REQUEST, REPLY)
    )


def _erased_at_once(piece: AddressRange) -> Iterator[AddressRange]:
    """The piece, or its sectors where it is no whole block."""
    return iter([piece]) if len(piece) == BLOCK_LEN else piece.split(SECTOR)


def first_lines() -> Iterator[Row]:
    """Seconds from the link to the line that names chip and address, against a read of 64 KiB."""
    for baud, target_s in ((921_600, 0.7), (115_200, 1.0)):
        for chip in ("BK7231T", "BK7231N"):
            with Board(Setting(chip, baud=baud), full_flash(chip)) as board:
                began = board.clock.monotonic()
                with connected(board.ctx()):
                    seconds = board.clock.monotonic() - began - board.task_s("link")
                yield Row(
                    f"first line, {chip}, {baud} baud, against its goal", seconds, target_s, 1
                )


def second_backup(dump: bytes | None) -> Iterator[Row]:
    """An unchanged device again, against its first backup."""
    for chip in ("BK7231T", "BK7231N"):
        yield _second_backup(chip, forge_flash(chip=chip, code_len=_CODE_LEN), "full of code")
        yield _second_backup(chip, forge_flash(chip=chip), "mostly blank")
    if dump is not None:
        yield _second_backup("BK7231T", dump, DUMP)


def _second_backup(chip: str, content: bytes, kind: str) -> Row:
    setting = Setting(chip)
    with Board(setting, content) as board:
        first_s = backup(board.ctx()).seconds
        board.clock.sleep(1)
        board.chip.hold()
        again_s = backup(board.ctx()).seconds
    name = f"second backup against the first, {chip}, {kind}"
    return Row(name, again_s, first_s, 0.05, checksum_s(setting))


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
    good &= show("Until something is known, ours:", [*first_lines(), *second_backup(dump)])
    title = "Whole tasks on the same chip (link, identify, work, proof), in virtual time too:"
    return show(title, peer_rows(full=full)) and good
