"""What was learnt about serial adapters: speeds that worked, speeds that did not, speed in use.

One JSON file, replaced as a whole. It is only a memory: a lost or damaged one costs some seconds of
trying, so a damaged file counts as empty and two processes may overwrite each other's last lesson.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.errors import InputError
from plugsmith.library.home import write_whole
from plugsmith.library.reader import JsonReader, Misfit
from plugsmith.limited_read import read_regular
from plugsmith.private_files import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plugsmith.errors import Fact

_LONGEST = 1 << 20
_KEPT_SPEEDS = 8
_FASTEST = 6_500_000
_FIRST_WAIT, _LONGEST_WAIT = 4, 64  # sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterFacts:
    """What is known of one adapter; speeds in bit/s.

    `good` are rates that carried proven data, the latest first; `bad` are rates that failed since
    they last worked; `in_use` is a raised rate at which a chip may still listen, None after an
    orderly end. `calm` counts sessions that ended well since the last failure: after `wait` of them
    a rate that failed may be tried once more. `piece` is how many bytes written at once were seen
    to arrive, None if that was not tried; `split` is whether longer ones lost bytes.
    """

    good: tuple[int, ...] = ()
    bad: tuple[int, ...] = ()
    in_use: int | None = None
    calm: int = 0
    wait: int = 0
    piece: int | None = None
    split: bool = False

    @property
    def trial_due(self) -> bool:
        """Whether what failed is so long ago that it may be tried again."""
        return bool(self.bad or self.split) and self.calm >= self.wait


class AdapterMemory:
    """Facts by adapter id ("1a86:7523:serial"), or by port name where there is no id."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def facts(self, key: str) -> AdapterFacts:
        """What is known of `key`; empty facts for a new one."""
        return self._load().get(key, AdapterFacts())

    def worked(self, key: str, baud: int) -> None:
        """`baud` carried proven data."""
        known = self.facts(key)
        good = (baud, *(item for item in known.good if item != baud))[:_KEPT_SPEEDS]
        bad = tuple(item for item in known.bad if item != baud)
        calm = min(known.calm + 1, _LONGEST_WAIT)
        self._store(key, replace(known, good=good, bad=bad, calm=calm))

    def failed(self, key: str, baud: int) -> None:
        """`baud` was tried and had to be given up."""
        known = self.facts(key)
        bad = (baud, *(item for item in known.bad if item != baud))[:_KEPT_SPEEDS]
        good = tuple(item for item in known.good if item != baud)
        self._store(key, replace(_after_failure(known), good=good, bad=bad))

    def carries(self, key: str, piece: int, *, whole: bool) -> None:
        """Writes of `piece` bytes arrive; longer ones do not, unless that is a `whole` request."""
        known = self.facts(key)
        if not whole:
            known = _after_failure(known)
        self._store(key, replace(known, piece=piece, split=not whole))

    def in_use(self, key: str, baud: int | None) -> None:
        """The wire is about to run at `baud`; None when the chip was left in good order."""
        known = self.facts(key)
        if known.in_use != baud:
            self._store(key, replace(known, in_use=baud))

    def _load(self) -> dict[str, AdapterFacts]:
        try:
            reader = JsonReader.parse(read_regular(self._path, limit=_LONGEST), limit=_LONGEST)
            return {name: _facts(reader.nested(name)) for name in reader.names()}
        except (InputError, Misfit):
            return {}

    def _store(self, key: str, facts: AdapterFacts) -> None:
        known: Mapping[str, AdapterFacts] = {**self._load(), key: facts}
        body: dict[str, Fact] = {
            name: {
                "good": list(item.good),
                "bad": list(item.bad),
                "in_use": item.in_use,
                "calm": item.calm,
                "wait": item.wait,
                "piece": item.piece,
                "split": item.split,
            }
            for name, item in sorted(known.items())
        }
        with suppress(OSError):  # a memory that cannot be kept is no reason to stop the work
            make_private_folder(self._path.parent)
            text = json.dumps(body, indent=1, ensure_ascii=True) + "\n"
            write_whole(self._path, text.encode(), keep_existing=False)


def _after_failure(known: AdapterFacts) -> AdapterFacts:
    """Several failures of one session count once; each later one doubles the wait."""
    if known.calm or not known.wait:
        wait = min(2 * known.wait or _FIRST_WAIT, _LONGEST_WAIT)
        return replace(known, calm=0, wait=wait)
    return known


def _facts(reader: JsonReader) -> AdapterFacts:
    return AdapterFacts(
        good=reader.numbers("good", most=_FASTEST),
        bad=reader.numbers("bad", most=_FASTEST),
        in_use=reader.number_or_none("in_use", most=_FASTEST),
        calm=reader.number_or_none("calm", most=_LONGEST_WAIT) or 0,
        wait=reader.number_or_none("wait", most=_LONGEST_WAIT) or 0,
        piece=reader.number_or_none("piece", most=_LONGEST),
        split=reader.has("split") and reader.flag("split"),
    )
