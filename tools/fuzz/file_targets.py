"""Targets that read files of bytes: dumps, images, UF2, RBL packages, OpenBeken's block."""

from __future__ import annotations

import zlib
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from fuzz.dump_forge import Forge
from fuzz.target import Target
from plugsmith.dump.dump import Dump
from plugsmith.dump.listing import list_records
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.repair import repair
from plugsmith.dump.sanitize.ledger import account
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import PlugsmithError
from plugsmith.flows.image.results import image_row
from plugsmith.flows.input_file import input_of
from plugsmith.forge.firmware import forge_loader, forge_openbeken_qio
from plugsmith.forge.packages import forge_ota, forge_uf2
from plugsmith.image.archive import is_packed
from plugsmith.image.assemble import ConvertInput, convert
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind
from plugsmith.image.ota import read_package
from plugsmith.image.packages.uf2 import flash_of, read_uf2
from plugsmith.image.rbl import body_matches, read_header, read_trailer
from plugsmith.interpret.recovered import config_result
from plugsmith.memory import AddressRange
from plugsmith.openbeken.config_block import (
    FIELDS,
    ConfigBlock,
    block_len,
    checksum,
    new_block,
    read_block,
    with_fields,
)
from plugsmith.openbeken.config_layout import PinTableLayout

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence


def _dump(data: bytes) -> str:
    """The verbs of `dump` on one input; the ledger must account for every byte."""
    found = config_result(recover(data))
    if data and data[0] % 4:  # the others have further to go: a quarter of the inputs
        return f"{found.status} {found.reason} {found.confidence}"
    dump = Dump(data=data, name="fuzz.bin")
    report = survey(dump)
    ledger = account(data, report)
    spans = sorted(
        [*ledger.code, *ledger.structure, *ledger.searched, *ledger.unread],
        key=lambda span: span.start,
    )
    assert sum(len(span) for span in spans) == len(data)
    assert all(a.end == b.start for a, b in pairwise(spans))
    list_records(dump)
    told = [str(report.kind)]
    for verb in (repair, sanitize):
        try:
            verb(dump)
        except PlugsmithError as problem:
            told.append(type(problem).__name__)
    return " ".join(told)


def _image(data: bytes) -> str:
    image = recognise(data)
    assert image.size == len(data)
    image_row(image).as_data()
    told = f"{image.kind} {image.firmware} {len(image.problems)}"
    if is_packed(data[:512]):
        told += f" {len(input_of(data, name='fuzz').data)}"
    if data and data[-1] % 4 == 0:
        source = ConvertInput(data=data, image=image, name="fuzz.bin")
        for to in (ImageKind.APP, ImageKind.OTA, ImageKind.QIO):
            try:
                convert(source, to=to)
            except PlugsmithError as problem:
                told += f" {problem.code}"
    return told


def _uf2(data: bytes) -> str:
    content = read_uf2(data)
    for segment in content.segments:
        assert segment.data
    flash_of(content, AddressRange(0, 0x20_0000))
    return f"{len(content.segments)} segments of {content.chip}"


def _rbl(data: bytes) -> str:
    header = read_header(data)
    read_trailer(data, max(0, len(data) - 0x66))
    if header is not None:
        body_matches(header, data[96:])
    package = read_package(data)
    if package.header is None:
        return f"T1 package of {len(package.code)} bytes"
    return f"{package.header.partition} {package.header.algorithm}"


def _seal_rbl(data: bytes) -> bytes:
    """The header's own sum and the body's made right."""
    body = bytearray(data)
    if len(body) >= 96:
        body[0x50:0x54] = zlib.crc32(body[96:]).to_bytes(4, "little")
        body[92:96] = zlib.crc32(body[:92]).to_bytes(4, "little")
    return bytes(body)


def _block(data: bytes) -> str:
    """A block is read, changed and read again; every field has a value."""
    told = []
    for layout in PinTableLayout:
        try:
            block = read_block(data, layout=layout)
        except PlugsmithError as problem:
            told.append(f"{problem.facts.get('problem')}"[:40])
            continue
        _look_at(block)
        again = with_fields(block, {"mqtt_host": b"192.0.2.1"})
        assert read_block(again.raw, layout=layout) == again
        told.append(f"version {block.version}")
    return ", ".join(told)


def _look_at(block: ConfigBlock) -> None:
    for field in FIELDS:
        if block.has(field):
            block.value(field)


def _seal_block(data: bytes) -> bytes:
    body = bytearray(data.ljust(8, b"\0"))
    body[:3] = b"CFG"
    body[4:8] = (body[4] % 9).to_bytes(4, "little")
    length = block_len(body[4])
    body = body.ljust(length, b"\0")
    body[3] = checksum(bytes(body[4:length]))
    return bytes(body)


def _of(seeds: Callable[[], Sequence[bytes]]) -> Callable[[random.Random], bytes]:
    return lambda rng: rng.choice(seeds())


@cache
def _images() -> tuple[bytes, ...]:
    qio = forge_openbeken_qio("BK7231N", code_len=0x1000)
    return (
        forge_loader("t-1.0.5")[-0x2000:],
        qio[0x10000:0x13000],
        qio[:0x14000],
        forge_ota("BK7231T", code_len=0x1000),
        forge_ota("BK7231N", code_len=0x800),
        forge_uf2("BK7231T", code_len=0x800),
        forge_openbeken_qio("BK7231T", code_len=0x800)[0x11000:0x13000],
    )


@cache
def _uf2s() -> tuple[bytes, ...]:
    return tuple(forge_uf2(chip, code_len=0x400) for chip in ("BK7231T", "BK7231N"))


@cache
def _packages() -> tuple[bytes, ...]:
    return tuple(forge_ota(chip, code_len=0x400) for chip in ("BK7231T", "BK7231N", "BK7238"))


@cache
def _blocks() -> tuple[bytes, ...]:
    fields = {
        "wifi_ssid": b"somewhere",
        "wifi_password": b"made-up-word",
        "startup_command": b"startDriver BL0937; backlog addRepeatingEvent 5 -1 x",
        "pin_roles": bytes([0] * 26 + [1]),
    }
    return tuple(with_fields(new_block(layout=layout), fields).raw for layout in PinTableLayout)


def _forged_dump(rng: random.Random) -> bytes:
    forge = Forge(rng)
    base = forge.dump()
    return forge.mutate(base) if rng.random() < 0.7 else base


FILE_TARGETS = (
    Target(name="dump", take=_dump, make=_forged_dump),
    Target(name="image", take=_image, make=_of(_images)),
    Target(name="uf2", take=_uf2, make=_of(_uf2s)),
    Target(name="rbl", take=_rbl, make=_of(_packages), seal=_seal_rbl),
    Target(name="block", take=_block, make=_of(_blocks), seal=_seal_block),
)
