"""The passport of a backup: what was read, from which device, and how each byte was proven.

JSON, one object, schema "plugsmith-passport/1"; docs/library.md lists the fields. Passports come
from other machines too: reading one gives a record or an error of the tree, whatever the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from plugsmith.boot.flash import Proof
from plugsmith.errors.library import PassportTooNew, PassportUnreadable
from plugsmith.library.device_key import MAC_TEXT, SHA256_TEXT
from plugsmith.library.reader import JsonReader, Misfit, printable
from plugsmith.memory import AddressRange, merge_ranges
from plugsmith.messages import _
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact

SCHEMA = "plugsmith-passport/1"
_SCHEMA_NAME, _SCHEMA_VERSION = SCHEMA.split("/")
_LONGEST = 1 << 20  # bytes of a passport file
_LARGEST_FLASH = 1 << 26
_LARGEST_NUMBER = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenRange:
    """A range and its proof."""

    span: AddressRange
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDigest:
    """A named range and the SHA-256 of its bytes; `blank` means all FF."""

    name: str
    role: str
    span: AddressRange
    sha256: str
    blank: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """Everything that is known about one proven read of a whole flash.

    `rf_start` and `rf_sha256` describe the sector with calibration and MAC; both are None where
    the device has none. Of two backups the one with the higher `number` was stored later (0: from
    before there were numbers); `created` may be wrong. Unknown text fields are None, never empty.
    """

    tool: str
    created: str  # ISO 8601, UTC
    label: str | None
    chip: str
    family: str
    chip_id: int | None
    boot: str | None
    boot_version: str | None
    loader_crc: int | None
    loader_covers: int
    jedec: str | None
    flash_part: str | None
    flash_size: int
    size_proof: str
    key_class: str
    key_evidence: str
    mac: str | None
    rf_start: int | None
    rf_sha256: str | None
    sha256: str
    crc32: int
    regions: tuple[RegionDigest, ...]
    ranges: tuple[ProvenRange, ...]
    adapter: str | None
    port: str
    baud: int
    notes: tuple[str, ...] = ()
    number: int = 0

    @property
    def proven(self) -> bool:
        """Whether every byte of the flash has a proof."""
        whole = [AddressRange(0, self.flash_size)]
        return merge_ranges(item.span for item in self.ranges) == whole

    @property
    def proof(self) -> str:
        """The proofs in use, for people and for the result data: "device-crc" in the usual case."""
        used = {item.proof for item in self.ranges} - {Proof.BLANK_CRC}
        return "+".join(sorted(used)) or Proof.DEVICE_CRC.value

    def as_json(self) -> dict[str, Fact]:
        """The JSON object."""
        body: dict[str, Fact] = {"schema": SCHEMA}
        for item in fields(self):
            if item.name not in {"regions", "ranges", "notes"}:
                value = getattr(self, item.name)
                body[item.name] = printable(value) if isinstance(value, str) else value
        body["regions"] = [
            {
                "name": item.name,
                "role": item.role,
                "start": item.span.start,
                "end": item.span.end,
                "sha256": item.sha256,
                "blank": item.blank,
            }
            for item in self.regions
        ]
        body["ranges"] = [
            {"start": item.span.start, "end": item.span.end, "proof": item.proof.value}
            for item in self.ranges
        ]
        body["notes"] = [printable(note) for note in self.notes]
        return body

    def to_bytes(self) -> bytes:
        """The passport file."""
        return (json_text(self.as_json(), indent=1) + "\n").encode()


def merge_proofs(ranges: Sequence[ProvenRange]) -> tuple[ProvenRange, ...]:
    """The same proofs with neighbours of equal proof joined, sorted by address."""
    joined = [
        ProvenRange(span=span, proof=proof)
        for proof in Proof
        for span in merge_ranges(item.span for item in ranges if item.proof is proof)
    ]
    return tuple(sorted(joined, key=lambda item: item.span))


def read_passport(data: bytes, *, name: str) -> Passport:
    """The passport in `data`; PassportUnreadable or PassportTooNew, never anything else."""
    try:
        reader = JsonReader.parse(data, limit=_LONGEST)
        _check_schema(reader.text("schema"), name=name)
        return _passport(reader)
    except Misfit as misfit:
        raise PassportUnreadable(name=name, problem=str(misfit)) from misfit


def _check_schema(schema: str, *, name: str) -> None:
    family, _slash, version = schema.partition("/")
    if family != _SCHEMA_NAME or not version.isascii() or not version.isdigit():
        raise Misfit("it is not a passport of Plugsmith")
    if version != _SCHEMA_VERSION:
        raise PassportTooNew(name=name, found=schema[:40], known=SCHEMA)


def _passport(reader: JsonReader) -> Passport:
    flash_size = reader.number("flash_size", most=_LARGEST_FLASH)
    passport = Passport(
        tool=reader.text("tool"),
        created=reader.text("created"),
        label=reader.text_or_none("label"),
        chip=reader.text("chip"),
        family=reader.text("family"),
        chip_id=reader.number_or_none("chip_id"),
        boot=reader.text_or_none("boot"),
        boot_version=reader.text_or_none("boot_version"),
        loader_crc=reader.number_or_none("loader_crc"),
        loader_covers=reader.number("loader_covers", most=4096),
        jedec=reader.text_or_none("jedec"),
        flash_part=reader.text_or_none("flash_part"),
        flash_size=flash_size,
        size_proof=reader.text("size_proof"),
        key_class=reader.text("key_class"),
        key_evidence=reader.text("key_evidence"),
        mac=reader.text_or_none("mac", like=MAC_TEXT),
        rf_start=reader.number_or_none("rf_start", most=flash_size),
        rf_sha256=reader.text_or_none("rf_sha256", like=SHA256_TEXT),
        sha256=reader.text("sha256", like=SHA256_TEXT),
        crc32=reader.number("crc32"),
        regions=tuple(
            RegionDigest(
                name=item.text("name"),
                role=item.text("role"),
                span=_span(item, flash_size),
                sha256=item.text("sha256", like=SHA256_TEXT),
                blank=item.flag("blank"),
            )
            for item in reader.objects("regions")
        ),
        ranges=tuple(
            ProvenRange(span=_span(item, flash_size), proof=item.member("proof", Proof))
            for item in reader.objects("ranges")
        ),
        adapter=reader.text_or_none("adapter"),
        port=reader.text("port"),
        baud=reader.number("baud"),
        notes=reader.texts("notes"),
        number=reader.number_or_none("number", most=_LARGEST_NUMBER) or 0,
    )
    if (passport.rf_start is None) != (passport.rf_sha256 is None):
        raise Misfit("rf_start and rf_sha256 must both be given, or neither")
    return passport


def _span(reader: JsonReader, flash_size: int) -> AddressRange:
    start = reader.number("start", most=flash_size)
    end = reader.number("end", most=flash_size)
    if start >= end:
        raise Misfit(_("the range {start}..{end} is empty", start=start, end=end))
    return AddressRange(start, end)
