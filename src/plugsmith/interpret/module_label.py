"""What a person types off a module's label: the module, or the chip, that it names.

Only whole names of the catalogue count. A part of a name, a name with a revision behind it that
nobody has documented (a CBU carries a BK7231N, a CBU V200 a BK7238), or two names name nothing.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as own_chip
from plugsmith.chips.catalog import chips
from plugsmith.chips.modules import module, modules
from plugsmith.chips.other_chips import OtherChip, other_chip
from plugsmith.errors.catalogue import UnknownChip
from plugsmith.interpret.module_chip import revisions
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.chips.model import Chip, ModuleBoard

# Cyrillic and Greek capitals that look like Latin ones: keyboards switch languages.
_LOOK_ALIKE = str.maketrans(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "ABESIJKMHOPCTYXABEZHIKMNOPTYX",
)
# Words around the name; FCC numbers put the maker's code before it (2ANDL-CB3S).
_AROUND = {
    "TUYA",
    "SMART",
    "MODULE",
    "MODUL",
    "MODUŁ",
    "MODEL",
    "WIFI",
    "WI-FI",
    "FCC",
    "ID",
    "FCCID",
    "CHIP",
    "BEKEN",
    "ESPRESSIF",
    "REALTEK",
    "TYPE",
    "P/N",
}
_GRANTEE = re.compile(r"^2A[A-Z0-9]{3}-(?=.)")
# Behind a chip's name its package, its version of the mask and how it is delivered are printed.
_PACKAGE = re.compile(r"(?:QN\d\d|(?:-?[AV][A-Z]?\d)?-C[GT])$")
_LONGEST = 64


@frozen
class Named:
    """What a label names: a module, else a chip of ours or of others; `several`: the names that
    stand on it, where they do not agree, chips first; `near`: what it may have been meant to be.
    """

    board: ModuleBoard | None = None
    chip: Chip | None = None
    other: OtherChip | None = None
    several: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether anything is named, and nothing twice."""
        return not self.several and (self.board or self.chip or self.other) is not None


def read_label(text: str) -> Named:
    """What the label `text` names. A name without its revision is enough where all revisions
    carry one chip on the same pads.
    """
    clean = _clean(text)
    if not clean or len(clean) > _LONGEST:
        return Named()
    whole = _name(clean)
    if whole.known:
        return whole
    words = [_GRANTEE.sub("", word) for word in clean.split()]
    words = [word for word in words if word not in _AROUND]
    whole = _name(" ".join(words))
    if whole.known:
        return whole
    alone = list(_runs(words))
    known = {_said(found): found for found in alone if found.known}
    if known and all(found.known for found in alone):
        fitting = [one for one in known.values() if all(_fits(one, two) for two in known.values())]
        if fitting:
            return fitting[0]
    if len(known) > 1:
        # the print on the chip counts more than that on the board
        return Named(several=tuple(sorted(known, key=lambda name: known[name].board is not None)))
    return Named(near=_near(" ".join(words) or clean))


def _runs(words: list[str]) -> Iterator[Named]:
    """What the words name, one after the other; a revision belongs to the name before it."""
    while words:
        ends = range(len(words), 0, -1)
        found = ((end, _name(" ".join(words[:end]))) for end in ends)
        end, named = next(((end, one) for end, one in found if one.known), (1, Named()))
        yield named
        words = words[end:]


def _fits(one: Named, two: Named) -> bool:
    """Whether `one` is `two`, or is the module on which the chip `two` lies."""
    if _said(one) == _said(two):
        return True
    if one.board is None or two.board is not None:
        return False
    if two.chip is not None:
        return one.board.chip == two.chip.name
    return one.other is not None and one.other == two.other


def _name(text: str) -> Named:
    """`text` as one whole name."""
    bare = _PACKAGE.sub("", text.replace(" ", ""))
    board = module(text) or module(bare)
    if board is not None:
        return Named(board=board, other=other_chip(board.chip))
    for name in (text, bare):
        other = other_chip(name)
        if other is not None and not _is_ours(other.name):
            return Named(other=other)
        own = _own(name)
        if own is not None:
            return Named(chip=own, other=other_chip(own.name))
    boards = revisions(text)
    if len({(item.chip, item.pads) for item in boards}) == 1:
        return Named(board=boards[0], other=other_chip(boards[0].chip))
    return Named()


def _own(name: str) -> Chip | None:
    """A chip of ours by a name of its own; a letter alone (N, T, M) is none on a label."""
    if len(name) < 2 or module(name) is not None:
        return None
    try:
        return own_chip(name)
    except UnknownChip:
        return None


def _is_ours(name: str) -> bool:
    return any(item.name == name for item in chips())


def _said(found: Named) -> str:
    item = found.board or found.chip or found.other
    return item.name if item is not None else ""


def _clean(text: str) -> str:
    upper = unicodedata.normalize("NFKC", text).upper()
    latin = upper.translate(_LOOK_ALIKE)
    plain = re.sub(r"[\s,;:()\[\]\"'„”]+", " ", latin if latin.isascii() else upper)
    return plain.strip()


def _near(name: str) -> tuple[str, ...]:
    known = {item.name.upper(): item.name for item in modules()}
    close = difflib.get_close_matches(name, list(known), n=5)
    inside = [upper for upper in known if len(upper) > 2 and upper in name.split()]
    return tuple(dict.fromkeys(known[upper] for upper in [*inside, *close]))
