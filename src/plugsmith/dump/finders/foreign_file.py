"""Files that are no flash at all, by the marker at their start."""

from __future__ import annotations

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.randomness import Texture, measure
from plugsmith.memory import AddressRange

MARKERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x7fELF", "an ELF program"),
    (b"MZ\x90", "a Windows program"),
    (b"UF2\nWQ]\x9e", "a UF2 firmware file"),
    (b"RIFF", "a RIFF media file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)


def find(data: bytes) -> list[Finding]:
    """The whole file as one finding, if it is another kind of file."""
    name = next((name for marker, name in MARKERS if data.startswith(marker)), None)
    if name is None and measure(data).texture is Texture.TEXT:
        name = "a text file"
    if name is None:
        return []
    span = AddressRange(0, len(data))
    return [
        Finding(
            kind=FindingKind.FOREIGN_FILE,
            span=span,
            evidence=("first bytes",),
            facts={"what": name},
        )
    ]
