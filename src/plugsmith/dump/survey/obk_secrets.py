"""What is private in OpenBeken's settings block and in its scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.dump.survey.credentials import Secret, SecretKind
from plugsmith.errors import Malformed
from plugsmith.openbeken.config_block import FIELDS, FieldKind, read_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.openbeken.config_block import ConfigBlock, Field

PUBLIC_ADDRESS = b"https://openbekeniot.github.io/webapp/"
_TAIL_FROM = 0xCBC  # unused bytes up to the end of the sector (tuya-storage.md section 9.2)

_KINDS = {
    "wifi_ssid": SecretKind.WIFI_NAME,
    "wifi_ssid2": SecretKind.WIFI_NAME,
    "wifi_password": SecretKind.WIFI_PASSWORD,
    "wifi_password2": SecretKind.WIFI_PASSWORD,
    "mac": SecretKind.MAC,
}
# Commands whose argument is private; openbeken.md section 4.
_COMMANDS = re.compile(
    rb"(?i)\b((?:ssid|password|wifi|mqtt(?:host|user|password|client|group)|webpassword|setwifi"
    rb"|webhookurl|sendget|sendpost|httpget|friendlyname|shortname|fullname|ntp_setserver"
    rb"|addrepeatingevent[^;\n]*sendget)\d?)[ \t]+([^\x00-\x09\x0b-\x1f;\n]{1,400})"
)
_ASSIGNMENT = re.compile(rb"^[\s=:\"'{}%<>$.\-]*$")


def secrets_in_block(sector: bytes) -> list[Secret]:
    """Private fields that are filled, and anything in the part that nothing uses."""
    try:
        block = read_block(sector)
    except Malformed:
        return []
    found = [secret for field in FIELDS if (secret := _in_field(block, field))]
    rest = sector[_TAIL_FROM:] if len(block.raw) > _TAIL_FROM else sector[len(block.raw) :]
    if rest.strip(b"\0\xff"):
        start = len(sector) - len(rest)
        found.append(Secret(kind=SecretKind.LEFTOVER, start=start, value=rest))
    return found


def clean_block(sector: bytes, *, keep_mac: bool) -> bytes:
    """The sector with private fields and unused bytes zeroed and a right checksum.

    Raises Malformed if it holds no sound block.
    """
    block = read_block(sector)
    raw = bytearray(block.raw)
    for field in FIELDS:
        if not block.has(field) or (keep_mac and field.name == "mac"):
            continue
        raw[field.offset : field.end] = _cleaned(bytes(raw[field.offset : field.end]), field)
    raw[_TAIL_FROM:] = bytes(max(0, len(raw) - _TAIL_FROM))
    raw[3] = block.checksum_of(bytes(raw))
    fill = sector[-1:] if sector[-1:] in (b"\0", b"\xff") else b"\xff"
    return bytes(raw) + fill * (len(sector) - len(raw))


def secrets_in_script(data: bytes) -> Iterator[Secret]:
    """Arguments of commands that set something private."""
    for hit in _COMMANDS.finditer(data):
        value = hit[2]
        if value.strip() and not _ASSIGNMENT.match(value) and value.strip(b" "):
            yield Secret(kind=SecretKind.SETTINGS, start=hit.start(2), value=value)


def _in_field(block: ConfigBlock, field: Field) -> Secret | None:
    if not block.has(field):
        return None
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
        for item in secrets_in_script(text):
            text = text[: item.start] + b" " * len(item.value) + text[item.end :]
    return text.ljust(len(body), b"\0")
