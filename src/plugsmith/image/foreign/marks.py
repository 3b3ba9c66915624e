"""Files that are no content of a flash at all, told by the marker at their start, and texts."""

from __future__ import annotations

import re
from enum import StrEnum

from plugsmith.image.foreign.letters import MAX_LEN, is_plain_text
from plugsmith.messages import N_
from plugsmith.records import frozen


class MarkGroup(StrEnum):
    """Files with which the same helps."""

    PACKED = "packed"
    PAGE = "page"
    DOCUMENT = "document"
    TEXT = "text"


_ADVICE = {
    MarkGroup.PACKED: N_(
        "Unpack the archive and give the file inside; if that fails, download the archive again."
    ),
    MarkGroup.PAGE: N_("Download the file itself, not the page about it."),
    MarkGroup.DOCUMENT: N_("Give a flash dump, a firmware file, or a text with pins instead."),
    MarkGroup.TEXT: N_(
        "It is a text: `plugsmith dump config` and `plugsmith template export` read pin texts, "
        "`plugsmith template lint` reads templates."
    ),
}


@frozen
class Mark:
    """`name` are words of the catalogue, with an article."""

    name: str
    group: MarkGroup

    @property
    def advice(self) -> str:
        """What helps, as a sentence of the catalogue."""
        return _ADVICE[self.group]


_PACKED, _PAGE, _DOCUMENT = MarkGroup.PACKED, MarkGroup.PAGE, MarkGroup.DOCUMENT
_MARKS: tuple[tuple[bytes, str, MarkGroup], ...] = (
    (b"PK\x03\x04", N_("a ZIP archive"), _PACKED),
    (b"PK\x05\x06", N_("an empty ZIP archive"), _PACKED),
    (b"\x1f\x8b\x08", N_("a gzip archive"), _PACKED),
    (b"7z\xbc\xaf\x27\x1c", N_("a 7-Zip archive"), _PACKED),
    (b"Rar!\x1a\x07", N_("a RAR archive"), _PACKED),
    (b"BZh", N_("a bzip2 archive"), _PACKED),
    (b"\xfd7zXZ\x00", N_("an xz archive"), _PACKED),
    (b"\x28\xb5\x2f\xfd", N_("a Zstandard archive"), _PACKED),
    (b"\xff\xd8\xff", N_("a JPEG picture"), _DOCUMENT),
    (b"\x89PNG\r\n\x1a\n", N_("a PNG picture"), _DOCUMENT),
    (b"GIF8", N_("a GIF picture"), _DOCUMENT),
    (b"%PDF-", N_("a PDF document"), _DOCUMENT),
    (b"\x7fELF", N_("an ELF program"), _DOCUMENT),
    (b"MZ\x90", N_("a Windows program"), _DOCUMENT),
    (b"RIFF", N_("a RIFF media file"), _DOCUMENT),
    (b"SQLite format 3\x00", N_("an SQLite database"), _DOCUMENT),
)
_PAGES = (b"<!doctype html", b"<html")
_HEX = re.compile(rb"(?::[0-9A-Fa-f]{10}|S0[0-9A-Fa-f]{6})[0-9A-Fa-f]*\r?\n")
_HEX_TEXT = Mark(
    name=N_("a text in Intel HEX or S-records, which no tool for these chips uses"),
    group=_DOCUMENT,
)
_TEXT = Mark(name=N_("a text file"), group=MarkGroup.TEXT)
_TAR_AT = 257  # POSIX.1-1988: behind the name, the rights and the sum of the first file
_TAR = Mark(name=N_("a tar archive"), group=_PACKED)
_WEB_PAGE = Mark(name=N_("a web page"), group=_PAGE)
_PROBE = 0x400


def mark_of(data: bytes) -> Mark | None:
    """What `data` is if it is no content of a flash; None where no marker says so."""
    for marker, name, group in _MARKS:
        if data.startswith(marker):
            return Mark(name=name, group=group)
    if data.startswith(b"ustar", _TAR_AT):
        return _TAR
    head = data[:_PROBE].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_PAGES):
        return _WEB_PAGE
    if _HEX.match(data):
        return _HEX_TEXT
    return _TEXT if _is_text(data) else None


def _is_text(data: bytes) -> bool:
    """Whether people can read it; of a long one its two ends are looked at."""
    if len(data) <= MAX_LEN:
        return is_plain_text(data)
    return is_plain_text(data[:MAX_LEN]) and is_plain_text(data[-MAX_LEN:])


def is_archive(data: bytes) -> bool:
    """Whether a file is packed, so that nothing in it stands where its bytes say."""
    mark = mark_of(data)
    return mark is not None and mark.group is MarkGroup.PACKED
