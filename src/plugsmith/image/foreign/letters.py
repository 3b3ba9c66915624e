"""The characters of a pasted text, whatever encoding it was saved in."""

from __future__ import annotations

import codecs

from plugsmith.records import frozen

MAX_LEN = 0x10_0000  # bytes; a forum thread has less
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PROBE = 4096
_SHORTEST, _FEWEST = 8, 4  # letters, and different letters, of a text that is meant as one
_MOST_CONTROLS = 0.02
_PAGES = range(6)  # the higher byte of Latin, Greek, Cyrillic and Hebrew letters
_MOSTLY, _NEARLY_ALL = 0.35, 0.9
_CONTROLS = [char for char in map(chr, range(1, 0x20)) if char not in "\t\n\r\x0b\x0c\x1b"]


@frozen
class Letters:
    """A text and the name of its encoding."""

    text: str
    encoding: str


def letters_of(data: bytes) -> Letters | None:
    """The text in some bytes; None where they are no text, or more than anybody pastes."""
    if not data or len(data) > MAX_LEN:
        return None
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], encoding)
    return _decoded(data, _guess(data))


def is_plain_text(data: bytes) -> bool:
    """Whether bytes are letters that people can read, and not only so by chance."""
    letters = letters_of(data)
    if letters is None or letters.encoding == "cp1252" or len(letters.text) < _SHORTEST:
        return False
    return len(set(letters.text)) > _FEWEST


def _guess(data: bytes) -> str:
    """UTF-16 shows itself by a zero in every other byte; what is no UTF-8 is a Windows page."""
    probe = data[:_PROBE]
    if len(probe) >= 4 and (wide := _wide(probe)):
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _wide(probe: bytes) -> str:
    """The encoding of letters of two or four bytes that name no order; "" for others."""
    zeros = [probe[at::4].count(0) for at in range(4)]
    quarter = len(probe) // 4
    if min(zeros[2], zeros[3]) > quarter * _NEARLY_ALL:
        return "utf-32-le"
    if min(zeros[0], zeros[1]) > quarter * _NEARLY_ALL:
        return "utf-32-be"
    small = [sum(map(probe[at::2].count, _PAGES)) for at in range(2)]
    if max(zeros) and max(small) > len(probe) * _MOSTLY:
        return "utf-16-le" if small[1] > small[0] else "utf-16-be"
    return ""


def _decoded(data: bytes, encoding: str) -> Letters | None:
    text = data.decode(encoding, "replace")
    strange = sum(map(text.count, _CONTROLS)) + text.count("\ufffd") + text.count("\0")
    if not text.strip("\0 \r\n\t") or strange > _MOST_CONTROLS * len(text) + 2:
        return None
    return Letters(text=text.replace("\0", ""), encoding=encoding)
