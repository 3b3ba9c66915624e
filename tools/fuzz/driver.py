"""Runs one target: makes, breaks, feeds and measures; keeps what led to something new."""

from __future__ import annotations

import binascii
import random
import re
import resource
import signal
import sys
import time
import traceback
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.mutation import broken
from plugsmith.errors import PlugsmithError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fuzz.target import Target

SEEDS = Path(__file__).resolve().parents[2] / "tests" / "data" / "fuzz"
MOST_S = 2.0
MOST_MIB = 500
_HANG_S = 20.0
_POOL = 400
_MOST_KEPT = 10_000  # bytes of seeds of one target
_QUOTED = r"""["'].*|\d+"""  # what of an error's words comes from the input


class HungError(BaseException):
    """An input took more processor time than any should."""


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(slots=True)
class Tally:
    """What a run of one target measured; times are processor time, memory that of the process."""

    name: str
    inputs: int = 0
    seconds: float = 0.0
    worst_s: float = 0.0
    worst_mib: float = 0.0
    before_mib: float = field(default_factory=_peak_mib)  # of the process before
    typed: int = 0
    outcomes: int = 0
    findings: int = 0

    def as_dict(self) -> dict[str, object]:
        """For the parent process."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """When to stop: after so many inputs, or so many seconds of the clock."""

    count: int | None = None
    seconds: float | None = None

    def used_up(self, tally: Tally, began_s: float) -> bool:
        """Whether it is time to stop."""
        if self.count is not None and tally.inputs >= self.count:
            return True
        return self.seconds is not None and time.monotonic() - began_s >= self.seconds


def kept_seeds(name: str) -> list[bytes]:
    """The inputs that are kept in the repository for a target, a line of base64 each."""
    path = SEEDS / f"{_file_name(name)}.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return [binascii.a2b_base64(line) for line in lines]


def write_seeds(folder: Path, name: str, inputs: Iterable[bytes]) -> None:
    """Write them as `kept_seeds` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [binascii.b2a_base64(data, newline=False).decode() for data in inputs]
    (folder / f"{_file_name(name)}.txt").write_text("".join(f"{line}\n" for line in lines))


def _shortest(inputs: Iterable[bytes]) -> list[bytes]:
    """At least one, and as many as keep the repository small."""
    found: list[bytes] = []
    for data in sorted(inputs, key=len):
        if found and sum(map(len, found)) + len(data) > _MOST_KEPT:
            break
        found.append(data)
    return found


def _file_name(name: str) -> str:
    return name.lower().replace(" ", "-")


def outcome_of(target: Target, data: bytes) -> tuple[str, bool]:
    """What came of an input, and whether it was a typed error; anything else is raised."""
    try:
        return target.take(data), False
    except PlugsmithError as problem:
        words = str(problem.facts.get("problem", ""))
        return f"{type(problem).__name__} {re.sub(_QUOTED, '', words)}"[:60], True


def run(target: Target, *, budget: Budget, seed: int, keep: Path, learn: Path | None) -> Tally:
    """Feed a target until the budget is used up; findings are written to `keep`.

    Inputs that led to an outcome that none before had are broken further, and written to `learn`.
    """
    rng = random.Random(f"{seed} {target.name}")
    tally, began_s = Tally(name=target.name), time.monotonic()
    seen: set[str] = set()
    learnt: list[bytes] = []
    pool = kept_seeds(target.name) if learn is None else []
    pool.append(target.make(rng))
    queue = list(pool)
    while not budget.used_up(tally, began_s):
        if queue:
            data = queue.pop()
        elif rng.random() < 0.1:
            data = target.make(rng)
        else:
            base = rng.choice(pool) if rng.random() < 0.6 else target.make(rng)
            data = broken(base, pool, rng)
            if target.seal is not None and rng.random() < 0.5:
                data = target.seal(data)
        outcome = _feed(target, data, tally, keep)
        if outcome is not None and outcome not in seen:
            seen.add(outcome)
            pool.append(data)
            del pool[:-_POOL]
            learnt.append(data)
    if learn is not None:
        write_seeds(learn, target.name, _shortest(learnt))
    tally.outcomes, tally.seconds = len(seen), time.monotonic() - began_s
    return tally


def _feed(target: Target, data: bytes, tally: Tally, keep: Path) -> str | None:
    began_s, outcome = time.process_time(), None
    try:
        with _no_hang():
            outcome, typed = outcome_of(target, data)
        tally.typed += typed
    except (Exception, HungError):  # noqa: BLE001 - exactly what this looks for
        _report(target, data, tally, keep, traceback.format_exc())
    took_s = time.process_time() - began_s
    mib = _peak_mib() - tally.before_mib
    if outcome is not None and took_s > MOST_S:
        _report(target, data, tally, keep, f"took {took_s:.1f} s")
    if mib > MOST_MIB >= tally.worst_mib:
        _report(target, data, tally, keep, f"the process grew by {mib:.0f} MiB")
    tally.inputs += 1
    tally.worst_s, tally.worst_mib = max(tally.worst_s, took_s), max(tally.worst_mib, mib)
    return outcome


@contextmanager
def _no_hang() -> Iterator[None]:
    signal.setitimer(signal.ITIMER_VIRTUAL, _HANG_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _hung(_number: int, _frame: object) -> None:
    raise HungError(f"more than {_HANG_S:.0f} s")


signal.signal(signal.SIGVTALRM, _hung)


def _report(target: Target, data: bytes, tally: Tally, keep: Path, story: str) -> None:
    tally.findings += 1
    path = _keep(keep, f"{_file_name(target.name)}-{tally.inputs}", data)
    print(f"{target.name}: {path}\n{story}", file=sys.stderr, flush=True)


def _keep(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.bin"
    path.write_bytes(data)
    return path
