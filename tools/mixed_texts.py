"""Look for texts that never existed: flashes that have lived, at random, against the recovery.

    python tools/mixed_texts.py [--count N] [--first SEED] [--whole]

Each flash knows every text that ever was in it. A text that never was must not be called strong or
proven, and a text that is not the newest must not be called proven. Ends with 1 if one was.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from plugsmith.dump.recovery.outcome import Confidence
from plugsmith.dump.recovery.recover import recover
from plugsmith.errors import PlugsmithError
from plugsmith.forge.lived_flash import LivedFlash, lived_flash
from plugsmith.forge.troubles import Trouble

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


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--whole", action="store_true", help="search the whole flash, not its tail")
    given = parser.parse_args()
    words: Counter[str] = Counter()
    faults = 0
    begin = time.process_time()
    for seed in range(given.first, given.first + given.count):
        made = lived_flash(seed)
        fault, word = fault_of(made, whole=given.whole)
        words[word] += 1
        if fault:
            faults += 1
            troubles = ", ".join(made.troubles) or "none"
            print(f"seed {seed}: {fault} ({word}; trouble: {troubles}; leftover: {made.leftover})")
    took = time.process_time() - begin
    print(f"{given.count} flashes in {took:.0f} s of CPU time, {faults} faults")
    print(", ".join(f"{count} {word}" for word, count in words.most_common()))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
