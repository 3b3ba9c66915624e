"""What is private in OpenBeken's settings block and in its scripts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from plugsmith.dump.survey.credentials import Secret, SecretKind
from plugsmith.errors import Malformed
from plugsmith.openbeken.config_block import (
    FIELDS,
    ConfigBlock,
    FieldKind,
    block_len,
    checksum,
    read_block,
)
from plugsmith.openbeken.config_layout import PinTableLayout, known_layout
from plugsmith.secrets import secret_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.openbeken.config_block import Field

PUBLIC_ADDRESS = b"https://openbekeniot.github.io/webapp/"
_TAIL_FROM = 0xCBC  # unused bytes up to the end of the sector (tuya-storage.md section 9.2)

_KINDS = {
    "wifi_ssid": SecretKind.WIFI_NAME,
    "wifi_ssid2": SecretKind.WIFI_NAME,
    "wifi_password": SecretKind.WIFI_PASSWORD,
    "wifi_password2": SecretKind.WIFI_PASSWORD,
    "mac": SecretKind.MAC,
}
# Commands whose argument is private, in small letters; openbeken.md section 4. The pattern begins
# with letters alone, so that the bytes which begin none are passed over quickly.
_COMMANDS = re.compile(
    rb"(?:ssid|password|wifi|mqtthost|mqttuser|mqttpassword|mqttclient|mqttgroup|webpassword"
    rb"|setwifi|webhookurl|sendget|sendpost|httpget|friendlyname|shortname|fullname"
    rb"|ntp_setserver)\d?[ \t]+"
)
_VALUE = re.compile(rb"[^\x00-\x09\x0b-\x1f;\n]{1,400}")
_INSIDE_A_WORD = re.compile(rb"(?<=\w)")
_UNUSED_LEN = 16  # bytes in a row that no field claims are no flags of a newer version
_TEXT = re.compile(rb"[\t\r\n\x20-\x7e\x80-\xff]*")
_ASSIGNMENT = re.compile(rb"^[\s=:\"'{}%<>$.\-]*$")


def secrets_in_block(sector: bytes, *, chip: str | None) -> list[Secret]:
    """Private fields that are filled, and anything in the parts that nothing uses.

    The layout is that of `chip`; without one every layout counts.
    """
    try:
        block = read_block(sector)
    except Malformed:
        return []
    found = [
        secret for field in _fields_of(len(block.raw), chip) if (secret := _in_field(block, field))
    ]
    for start, end in _unused(len(block.raw), chip):
        if block.raw[start:end].strip(b"\0\xff"):
            rest = block.raw[start:end]
            found.append(Secret(kind=SecretKind.LEFTOVER, start=start, value=rest))
    rest = sector[_TAIL_FROM:] if len(block.raw) > _TAIL_FROM else sector[len(block.raw) :]
    if rest.strip(b"\0\xff"):
        start = len(sector) - len(rest)
        found.append(Secret(kind=SecretKind.LEFTOVER, start=start, value=rest))
    return found


def clean_block(sector: bytes, *, keep_mac: bool, chip: str | None) -> bytes:
    """The sector with private fields and unused bytes zeroed and a right checksum.

    Raises Malformed if it holds no sound block.
    """
    block = read_block(sector)
    raw = bytearray(block.raw)
    for field in _fields_of(len(block.raw), chip):
        if not (keep_mac and field.name == "mac"):
            raw[field.offset : field.end] = _cleaned(bytes(raw[field.offset : field.end]), field)
    for start, end in _unused(len(block.raw), chip):
        raw[start:end] = bytes(end - start)
    raw[_TAIL_FROM:] = bytes(max(0, len(raw) - _TAIL_FROM))
    raw[3] = block.checksum_of(bytes(raw))
    fill = sector[-1:] if sector[-1:] in (b"\0", b"\xff") else b"\xff"
    return bytes(raw) + fill * (len(sector) - len(raw))


def resealed(sector: bytes) -> bytes:
    """The sector with the checksum that its bytes need; as it is where it is right already."""
    try:
        read_block(sector)
    except Malformed:
        raw = sector[: block_len(int.from_bytes(sector[4:8], "little"))]
        return sector[:3] + bytes([checksum(raw[4:])]) + sector[4:]
    return sector


@lru_cache(maxsize=64)
def _fields_of(length: int, chip: str | None) -> tuple[Field, ...]:
    """Every field of a block of `length` bytes under the chip's layout, or under each one."""
    layout, raw = known_layout(chip), bytes(length)
    layouts = [layout] if layout else PinTableLayout
    blocks = [ConfigBlock(raw=raw, signed=True, layout=item) for item in layouts]
    places = (held.place(field) for held in blocks for field in FIELDS if held.has(field))
    return tuple(dict.fromkeys(places))


@lru_cache(maxsize=64)
def _unused(length: int, chip: str | None) -> tuple[tuple[int, int], ...]:
    """Start and end of what no field claims."""
    found: list[tuple[int, int]] = []
    end = 0
    for field in sorted(_fields_of(length, chip), key=lambda item: item.offset):
        if field.offset - end >= _UNUSED_LEN:
            found.append((end, field.offset))
        end = max(end, field.end)
    return tuple(found)


def secrets_in_script(data: bytes) -> Iterator[Secret]:
    """Arguments of commands that set something private."""
    end = 0
    for hit in _COMMANDS.finditer(data.lower()):
        if hit.start() < end or _INSIDE_A_WORD.match(data, hit.start()):
            continue
        value = _VALUE.match(data, hit.end())
        if value is not None:
            end = value.end()
            if not _ASSIGNMENT.match(value[0]):
                yield Secret(kind=SecretKind.SETTINGS, start=value.start(), value=value[0])


def _in_field(block: ConfigBlock, field: Field) -> Secret | None:
    body = block.raw[field.offset : field.end]
    cleaned = _cleaned(body, field)
    if cleaned == body:
        return None
    kind = _KINDS.get(field.name, SecretKind.SETTINGS)
    value = body.split(b"\0", 1)[0] if field.kind is FieldKind.TEXT else body
    return Secret(kind=kind, start=field.offset, value=value or body)


def _cleaned(body: bytes, field: Field) -> bytes:
    if field.private:
        return bytes(len(body))
    if field.kind is not FieldKind.TEXT:
        return body
    text = body.split(b"\0", 1)[0]  # what follows the zero is an older, longer text
    if field.name == "web_application" and text != PUBLIC_ADDRESS:
        text = b""
    if field.name == "startup_command":
        text = _TEXT.match(text)[0]  # type: ignore[index]  # it matches nothing, too
        for item in secrets_in_script(text):
            text = text[: item.start] + b" " * len(item.value) + text[item.end :]
        for start, end in secret_spans(text.decode("latin-1")):
            text = text[:start] + b" " * (end - start) + text[end:]
    return text.ljust(len(body), b"\0")
