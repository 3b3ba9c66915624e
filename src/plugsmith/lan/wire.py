"""Reads what an OpenBeken web server sends: not clean HTTP, but always a value or a typed error.

Quirks (openbeken.md sections 1 and 16): the status line ends in a bare LF, its number may be
negative, some answers have no header at all, nothing says how long the body is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.device import DeviceAnswer
from plugsmith.nested_json import read_nested

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_HEADER_LEN = 8192
MAX_BODY_LEN = 0x40_0000
_STATUS = re.compile(rb"HTTP/\d\.\d[ \t]+(-?\d{1,4})(?:[ \t][^\r\n]*)?\r?\n")
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r\n")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer; `status` is None where the device sent no header. Header names are lower-case."""

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @property
    def content_type(self) -> str:
        """The media type without its parameters, lower-case; empty where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the device says that the body is JSON."""
        return self.content_type == "application/json"

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")


def read_response(raw: bytes, *, host: str, request: str) -> Response:
    """The answer in all the bytes of a connection.

    Raises DeviceAnswer for an empty answer, a header without an end, or a body shorter than a
    Content-Length says. Bytes without a status line are the body.
    """
    if not raw:
        raise DeviceAnswer(
            host=host, request=request, problem="the connection closed without a byte"
        )
    status = _STATUS.match(raw)
    if status is None:
        return Response(status=None, body=raw)
    if raw[status.end() - 1 :][:1] == b"\n" and raw[status.end() :][:2] in (b"\r\n", b"\n"):
        return Response(status=int(status[1]), body=raw[status.end() :].lstrip(b"\r")[1:])
    end = _BLANK_LINE.search(raw, status.end() - 1, status.end() + MAX_HEADER_LEN)
    if end is None:
        if len(raw) > MAX_HEADER_LEN:
            raise DeviceAnswer(host=host, request=request, problem="its header has no end")
        return Response(status=int(status[1]), headers=_headers(raw[status.end() :]))
    headers = _headers(raw[status.end() : end.start()])
    body = _cut(raw[end.end() :], headers, host=host, request=request)
    return Response(status=int(status[1]), headers=headers, body=body)


def _headers(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in raw.decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def _cut(body: bytes, headers: Mapping[str, str], *, host: str, request: str) -> bytes:
    """The body without the framing of servers in between: chunks, or a Content-Length."""
    if headers.get("transfer-encoding", "").strip().lower() == "chunked":
        return _joined(body, host=host, request=request)
    stated = headers.get("content-length", "")
    if not (stated.isascii() and stated.isdigit() and len(stated) <= 10):
        return body
    if len(body) < int(stated):
        raise DeviceAnswer(host=host, request=request, problem="its end is missing")
    return body[: int(stated)]


def _joined(body: bytes, *, host: str, request: str) -> bytes:
    """The chunks of a chunked body in one; DeviceAnswer where the last, empty one is missing."""
    parts: list[bytes] = []
    at = 0
    while size_line := _CHUNK_SIZE.match(body, at):
        size, start = int(size_line[1], 16), size_line.end()
        if size == 0:
            return b"".join(parts)
        parts.append(body[start : start + size])
        at = start + size + 2
        if body[start + size : at] != b"\r\n":
            break
    raise DeviceAnswer(host=host, request=request, problem="its end is missing")


def read_json(text: str) -> object | None:
    """The JSON value in `text`, or None where there is none; raw line breaks in texts are fine."""
    try:
        return read_nested(text, strict=False)  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return None


def read_loose_object(text: str, keys: tuple[str, ...]) -> dict[str, object] | None:
    """A flat JSON object whose texts may hold quote marks that nobody escaped.

    `keys` are the members in the order in which the device writes them; others are not looked for.
    None where the text does not even begin like an object with the first key.
    """
    value = read_json(text)
    if isinstance(value, dict):
        return value
    body = text.strip()
    if not body.startswith('{"' + keys[0] + '"'):
        return None
    places = _key_places(body, keys)
    found: dict[str, object] = {}
    for number, (key, start) in enumerate(places):
        following = places[number + 1] if number + 1 < len(places) else None
        stop = following[1] - len(following[0]) - 4 if following else body.rfind("}")
        found[key] = _loose_value(body[start : max(start, stop)])
    return found


def _key_places(body: str, keys: tuple[str, ...]) -> list[tuple[str, int]]:
    """Where the value of each key begins, searched one after the other."""
    places: list[tuple[str, int]] = []
    at = 0
    for key in keys:
        mark = ("{" if not places else ",") + f'"{key}":'
        hit = body.find(mark, at)
        if hit >= 0:
            at = hit + len(mark)
            places.append((key, at))
    return places


def _loose_value(text: str) -> object:
    clean = text.strip()
    if len(clean) >= 2 and clean[0] == clean[-1] == '"':
        return clean[1:-1]
    return read_json(clean)
