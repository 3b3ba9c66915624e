"""Look for texts that never existed: flashes that have lived, at random, against the recovery.

    python tools/mixed_texts.py [--count N] [--first SEED] [--whole]

Each flash knows every text that ever was in it. A text that never was must not be called strong or
proven, and a text that is not the newest must not be called proven. With --whole also the chip's
answer, read piece by piece, must be the file's. Ends with 1 if one was not. Ctrl-C ends it early.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.live import recover_from
from plugsmith.dump.recovery.outcome import Confidence
from plugsmith.dump.recovery.recover import recover
from plugsmith.errors import PlugsmithError
from plugsmith.forge.lived_flash import LivedFlash, lived_flash
from plugsmith.forge.troubles import Trouble

if TYPE_CHECKING:
    from plugsmith.memory import AddressRange

_SURE = {Confidence.PROVEN, Confidence.STRONG}


def fault_of(made: LivedFlash, *, whole: bool) -> tuple[str, str]:
    """What is wrong about the answer ("" if nothing is), and the word it gave."""
    try:
        answer = recover(made.data if whole else made.tail)
    except PlugsmithError as error:
        return "", error.code
    word = answer.confidence.value if answer.confidence is not None else answer.status.value
    if answer.best is None:
        return "", word
    text = answer.best.text
    if text not in made.texts:
        return ("never existed" if answer.confidence in _SURE else ""), f"{word}, never existed"
    if answer.confidence is Confidence.PROVEN and made.live and not _may_be_newest(made, text):
        return "proven, but not the newest", word
    return "", word


def _may_be_newest(made: LivedFlash, text: bytes) -> bool:
    """Whether a text is live, and the other one of two is out of sight altogether.

    That the sector is lost which holds a second live record cannot be seen; it takes a power cut
    while the record was written and then a loss of just this sector.
    """
    return made.live == [text] or (text in made.live and Trouble.SECTOR_LOST in made.troubles)


def differs(made: LivedFlash) -> str:
    """What file and chip answer differently; "" if nothing."""
    try:
        file, chip = recover(made.data), recover_from(_Chip(made.data))
    except PlugsmithError:
        return ""
    for name in ("status", "reason", "confidence", "best", "facts"):
        if getattr(file, name) != getattr(chip, name):
            return f"file and chip differ in {name}"
    return ""


@dataclass(frozen=True, slots=True)
class _Chip:
    """A flash that is read piece by piece."""

    image: bytes

    @property
    def size(self) -> int:
        return len(self.image)

    def read(self, span: AddressRange) -> bytes:
        return self.image[span.start : span.end]


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--whole", action="store_true", help="search the whole flash, not its tail")
    given = parser.parse_args()
    words: Counter[str] = Counter()
    faults: list[str] = []
    begin = time.process_time()
    with suppress(KeyboardInterrupt):
        for seed in range(given.first, given.first + given.count):
            _try(seed, words, faults, whole=given.whole)
    took = time.process_time() - begin
    print(f"{words.total()} flashes in {took:.0f} s of CPU time, {len(faults)} faults")
    print(", ".join(f"{count} {word}" for word, count in words.most_common()))
    return 1 if faults else 0


def _try(seed: int, words: Counter[str], faults: list[str], *, whole: bool) -> None:
    """Judge the flash of one seed; a fault is printed at once."""
    made = lived_flash(seed)
    fault, word = fault_of(made, whole=whole)
    fault = fault or (differs(made) if whole else "")
    words[word] += 1
    if fault:
        troubles = ", ".join(made.troubles) or "none"
        faults.append(
            f"seed {seed}: {fault} ({word}; trouble: {troubles}; leftover: {made.leftover})"
        )
        print(faults[-1], flush=True)


if __name__ == "__main__":
    sys.exit(main())
