"""Files inside compressed ones: ZIP with its members, gzip and xz, with limits on what comes out.

Forum attachments are ZIPs. Nothing is written to disk; a member's name is a label and never a path.
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from plugsmith.errors.content import InputTooLarge, InputUnusable, Malformed, TooManyInside
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, TypeAlias

    _Engine: TypeAlias = zlib._Decompress | lzma.LZMADecompressor  # noqa: SLF001 - it has no other name

ZIP_MAGIC = b"PK\x03\x04"
GZIP_MAGIC = b"\x1f\x8b\x08"
XZ_MAGIC = b"\xfd7zXZ\x00"
MAX_MEMBERS = 1000
MAX_NAME_LEN = 200
_XZ_MEMORY = 0x800_0000
_PIECE = 0x1_0000
_ZEROS = re.compile(rb"\0*")
_ENGINES: dict[bytes, Callable[[], _Engine]] = {
    GZIP_MAGIC: lambda: zlib.decompressobj(31),
    XZ_MAGIC: lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
}
# What lies beside a dump in an attachment: taken only if there is nothing else.
_BESIDE = (".txt", ".md", ".json", ".jpg", ".jpeg", ".png", ".gif", ".pdf", ".html", ".htm", ".log")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    OverflowError,
    struct.error,
)


def is_packed(head: bytes) -> bool:
    """Whether a file that begins with `head` is compressed in a way that is understood."""
    return head.startswith((ZIP_MAGIC, GZIP_MAGIC, XZ_MAGIC))


def member_names(source: IO[bytes], *, name: str) -> list[str]:
    """The files in a ZIP that can be what the user means; InputError for a broken one."""
    try:
        with zipfile.ZipFile(source) as archive:
            found = [item for item in archive.infolist() if not item.is_dir()]
    except _BROKEN as problem:
        raise _malformed(problem) from problem
    if len(found) > MAX_MEMBERS:
        raise TooManyInside(name=name, limit=MAX_MEMBERS)
    names = [item.filename for item in found if len(item.filename) <= MAX_NAME_LEN]
    hidden = [item for item in names if item.split("/")[-1].startswith(".")]
    names = [item for item in names if item not in hidden and not item.startswith("__MACOSX/")]
    firmware = [item for item in names if not item.lower().endswith(_BESIDE)]
    return firmware or names


def read_member(source: IO[bytes], member: str, *, name: str, limit: int) -> bytes:
    """One file of a ZIP, unpacked once more if it is compressed itself.

    Raises InputTooLarge, Malformed, or InputUnusable for one behind a password.
    """
    try:
        with zipfile.ZipFile(source) as archive, archive.open(member) as stream:
            data = stream.read(limit + 1)
    except (RuntimeError, NotImplementedError) as problem:
        raise InputUnusable(
            name=name,
            kind=_("a ZIP archive that is locked with a password or packed in a rare way"),
            reason=_("Plugsmith opens no such archive."),
            remedy=_("Unpack it with another program and give the file inside."),
        ) from problem
    except _BROKEN as problem:
        raise _malformed(problem) from problem
    _refuse_large(data, name=name, limit=limit)
    return unpack_stream(data, name=name, limit=limit)


def unpack_stream(data: bytes, *, name: str, limit: int) -> bytes:
    """The content of a gzip or xz file, of all its parts in a row; any other bytes as they are."""
    for magic, engine in _ENGINES.items():
        if data.startswith(magic):
            return _drain(engine, magic, data, name=name, limit=limit)
    return data


def _drain(
    make: Callable[[], _Engine], magic: bytes, data: bytes, *, name: str, limit: int
) -> bytes:
    """All that comes out, never more than one byte above the limit."""
    found, at = bytearray(), 0
    for _part in range(MAX_MEMBERS):
        engine = make()
        while not engine.eof:
            piece = data[at : at + _PIECE]
            at += len(piece)
            if not piece:
                raise _malformed(EOFError(_("it ends too early")))
            try:
                found += engine.decompress(piece, limit + 1 - len(found))
            except _BROKEN as problem:
                text = _("its packed content is damaged")
                raise Malformed(structure="archive", problem=text, offset=at) from problem
            _refuse_large(found, name=name, limit=limit)
        at -= len(engine.unused_data)
        at = next(_ZEROS.finditer(data, at)).end()  # they may fill up between and behind parts
        if at == len(data):
            return bytes(found)
        if not data.startswith(magic, at):
            text = _("behind one of its parts lies something else")
            raise Malformed(structure=_("archive"), problem=text, offset=at)
    raise TooManyInside(name=name, limit=MAX_MEMBERS)


def _refuse_large(data: bytes | bytearray, *, name: str, limit: int) -> None:
    if len(data) > limit:
        raise InputTooLarge(name=name, size=len(data), limit=limit)


def _malformed(problem: Exception) -> Malformed:
    text = str(problem)[:200] or type(problem).__name__
    return Malformed(structure=_("archive"), problem=text, offset=0)
