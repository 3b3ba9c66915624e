"""Store the code of a firmware file under another key: for chips with a key of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.errors.image import ImageDamaged, KeyMissing
from plugsmith.image.checks import CheckList, check_section
from plugsmith.image.crc import build_lines
from plugsmith.image.kinds import recognise
from plugsmith.image.physical import APP_LOGICAL_START
from plugsmith.image.rbl import body_matches, header_for
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey, scramble
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.image.model import CodeSection

KEY_LEN = 16
_LONGEST = 256
_DAMAGE = frozenset({"crc16", "erased-gap", "header-crc", "body"})  # that storing anew would hide
_WORD = re.compile(r"(?:0[xX])?([0-9a-fA-F]{1,8})")
_TEXT = re.compile(rb"[\t\n\r -~]*")
NAMED = {"none": PLAIN_KEY, "tuya": TUYA_KEY}


def words_of(text: str) -> list[str]:
    """The words of a key that stands as text."""
    return re.split(r"[\s,]+", text.strip())


def read_key(text: str) -> ScrambleKey:
    """The key in `none`, `tuya` or four hexadecimal words in eFuse order; UsageError."""
    named = NAMED.get(text.strip().lower())
    if named is not None:
        return named
    words = [_WORD.fullmatch(word) for word in words_of(text)]
    numbers = [int(word[1], 16) for word in words if word is not None]
    if len(words) != 4 or len(numbers) != 4:
        raise UsageError(problem=_("a key is none, tuya, or four hexadecimal words"))
    return ScrambleKey.of(*numbers)


def key_in_file(data: bytes) -> ScrambleKey:
    """The key in a file with the 16 bytes of the eFuse, or with what `read_key` reads.

    16 bytes that are a text are never taken for those of an eFuse.
    """
    if len(data) == KEY_LEN and not _TEXT.fullmatch(data):
        return ScrambleKey.from_bytes(data)
    return read_key(data[:_LONGEST].decode("ascii", "replace"))


def with_key(data: bytes, key: ScrambleKey, *, name: str, old: ScrambleKey | None = None) -> bytes:
    """A file with stored code, all of it under `key` instead of `old`, or of what it is now.

    Headers describe the code as it is stored, and are made anew with their version and time.
    Raises KeyMissing where the key that it has now is not known, and ImageDamaged where a check on
    the code fails: behind new checksums nobody could tell.
    """
    image = recognise(data)
    made = bytearray(data)
    for facts, logical in ((image.loader, 0), (image.app, APP_LOGICAL_START)):
        if facts is not None:
            code = _plain(facts.section, old, logical=logical, name=name)
            _refuse_damage(facts.section, code, name=name)
            _store(made, facts.section, scramble(code, key, start=logical))
    return bytes(made)


def _plain(section: CodeSection, old: ScrambleKey | None, *, logical: int, name: str) -> bytes:
    """The code of a section; `old` holds where the file does not tell its key itself."""
    if section.key is not None:
        return section.code
    if old is None:
        raise KeyMissing(name=name)
    return scramble(section.code, old, start=logical)


def _refuse_damage(section: CodeSection, code: bytes, *, name: str) -> None:
    checks = CheckList()
    check_section(checks, section)
    trailer = section.trailer
    # after an update over the air the header describes the code before it was scrambled
    plain = trailer is not None and trailer.header.sound and body_matches(trailer.header, code)
    failed = _DAMAGE - {"body"} if plain else _DAMAGE
    for item in checks.findings:
        if item.code in failed:
            raise ImageDamaged(name=name, problem=item.text)


def _store(made: bytearray, section: CodeSection, raw: bytes) -> None:
    stored = build_lines(raw)
    made[section.start : section.start + len(stored)] = stored
    trailer = section.trailer
    if trailer is not None and section.body_ok:
        old = trailer.header
        new = header_for(
            raw[: old.raw_size], partition=old.partition, version=old.version, time=old.time
        )
        made[trailer.at : trailer.end] = replace(new, serial=old.serial).trailer()
