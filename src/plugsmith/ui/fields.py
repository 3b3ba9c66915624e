"""Which fields of requests are files, and which way: the page names those by handles only."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.api.options import Parameter

# words that stand in the place of a file
WORDS = (("flash", "template", "auto"),)
# `sim` and `ui` serve until they are stopped in their terminal; `support` runs a command line
NOT_FOR_THE_PAGE = frozenset({"sim", "ui", "support"})


class Role(Enum):
    """What a field holds."""

    PLAIN = "no file"
    READ = "a handle of a file"
    MADE = "the name of a file that the job makes"
    WORD_OR_FILE = "a handle, or a word that names no file"
    HOST_OR_FILE = "a handle, or a device in the network"
    ADDRESS_OR_FILE = "a handle, or an address in the web"
    NO_LIST = "a text, and no @FILE or file:PATH of this computer"


_MADE = frozenset({"output", "trace"})
# texts that may be a file are files, unless something else is said here
_TELLING = frozenset(
    {
        *("FILE", "DUMP", "BACKUP", "DIR", "DEVICE", "FIRST", "SECOND", "OUT", "PATH", "ROLL"),
        *("FOLDER", "MORE", "ADDRESS=FILE"),
    }
)
_TEXTS: dict[tuple[str, str], Role] = {
    ("obk config read", "source"): Role.HOST_OR_FILE,
    ("obk config write", "target"): Role.HOST_OR_FILE,
    ("obk config build", "output"): Role.MADE,
    ("template match", "device"): Role.WORD_OR_FILE,
    ("template export", "device"): Role.WORD_OR_FILE,
    ("template contribute", "device"): Role.WORD_OR_FILE,
    ("template update", "origin"): Role.ADDRESS_OR_FILE,
}
#: in which @FILE or file:PATH would be read
_LISTS = frozenset({"host", "where", "find", "settings", "from_key"})
_PATHS: dict[tuple[str, str], Role] = {("read", "file"): Role.MADE}


def role(verb: str, item: Parameter, given: Mapping[str, object]) -> Role:
    """What field `item` of a request to `verb` holds, beside the other fields that are `given`."""
    if not _is_path(item):
        return _TEXTS.get((verb, item.name), _of_text(item))
    if (verb, item.name) == ("device files", "local"):
        return Role.MADE if given.get("action") == "get" else Role.READ
    way = Role.MADE if item.name in _MADE else Role.READ
    return _PATHS.get((verb, item.name), way)


def _of_text(item: Parameter) -> Role:
    if item.name in _LISTS or "@FILE" in f"{item.words.metavar} {item.words.help}":
        return Role.NO_LIST
    words = set((item.words.metavar or "").split("|"))
    return Role.READ if words & _TELLING else Role.PLAIN


def _is_path(item: Parameter) -> bool:
    kind = item.plain_type
    return kind is Path or (item.many and get_args(kind)[0] is Path)
