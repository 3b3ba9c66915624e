"""The fault campaign: seeded random faults on the wire and in the flash, in virtual time.

`make campaign N=10000` runs long ones.
One case: a verb on a board with faults. It succeeds and everything is right, or it fails with an
error of the tree. Then the faults stop, and the same command must succeed.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flows_rig import Rig

from plugsmith.errors import ExitCode, PlugsmithError
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.memory import SECTOR_LEN
from plugsmith.sim.faults import FaultPlan
from plugsmith.sim.flash.nor import OpKind

CODE_LEN = 0x8000
APP_START = 0x1_1000
TRAFFIC = {"backup": 150_000, "flash": 110_000, "restore": 110_000}
EXPECTED = {
    ExitCode.PORT,
    ExitCode.NO_LINK,
    ExitCode.REFUSED,
    ExitCode.TRANSFER,
    ExitCode.VERIFY,
}


class Broken(AssertionError):
    """A promise of the campaign does not hold."""


@dataclass(frozen=True)
class Case:
    seed: int

    @property
    def chip(self) -> str:
        return ("BK7231T", "BK7231N")[self.seed % 2]

    @property
    def verb(self) -> str:
        return ("backup", "flash", "restore")[self.seed // 2 % 3]

    @property
    def faults(self) -> FaultPlan:
        return FaultPlan.random(self.seed, traffic=TRAFFIC[self.verb])


@cache
def old_flash(chip: str) -> bytes:
    dice = random.Random(chip)
    contents = {0x1E_E000 if chip == "BK7231T" else 0x1E_D000: dice.randbytes(0x3000)}
    return forge_flash(chip=chip, code_len=CODE_LEN, contents=contents)


@cache
def image(chip: str) -> bytes:
    return forge_openbeken_qio(chip, version="1.18.300", code_len=CODE_LEN)


@cache
def new_flash(chip: str) -> bytes:
    """What the device must hold after `flash`."""
    flash_now, new = bytearray(old_flash(chip)), image(chip)
    padded = new + b"\xff" * (-len(new) % SECTOR_LEN)
    flash_now[APP_START : len(padded)] = padded[APP_START:]
    return bytes(flash_now)


@cache
def library_with_backup(chip: str) -> Path:
    """A library that holds the proven backup of the old flash; made once, copied for each case."""
    folder = Path(tempfile.mkdtemp(prefix="campaign-"))
    backup(Rig(folder, chip, old_flash(chip)).ctx())
    return folder / "library"


def run_case(case: Case, folder: Path) -> str:
    """What happened, in a word; raises Broken."""
    content = new_flash(case.chip) if case.verb == "restore" else old_flash(case.chip)
    rig = Rig(folder, case.chip, content, faults=case.faults)
    stored = None
    if case.verb != "backup":
        shutil.copytree(library_with_backup(case.chip), folder / "library")
        stored = next((folder / "library" / "backups").glob("*-??.bin"))
    (folder / "image.bin").write_bytes(image(case.chip))
    first = attempt(case, rig, folder, stored)
    check(case, rig, first)
    rig.replug()
    again = attempt(case, rig, folder, stored)
    if isinstance(again, PlugsmithError):
        raise Broken(f"not repeatable: {again.code} after {describe(first)}") from again
    check(case, rig, again)
    return describe(first)


def attempt(case: Case, rig: Rig, folder: Path, stored: Path | None):
    """The outcome, or the error of the tree."""
    ctx = rig.ctx(timeout=8.0)
    try:
        match case.verb:
            case "backup":
                return backup(ctx)
            case "flash":
                return flash(ctx, folder / "image.bin")
            case _:
                return restore(ctx, stored)
    except PlugsmithError as error:
        if error.exit_code not in EXPECTED:
            raise Broken(f"exit {error.exit_code}: {error}") from error
        return error


def check(case: Case, rig: Rig, outcome) -> None:
    """No silent corruption, and nothing touched that must not be."""
    goal = new_flash(case.chip) if case.verb == "flash" else old_flash(case.chip)
    now = rig.content
    failed = isinstance(outcome, PlugsmithError)
    if not failed and now != goal:
        raise Broken(f"success, but {differing(now, goal)} differ")
    if not failed and case.verb == "backup" and outcome.backup.read() != goal:
        raise Broken("the backup is not the flash")
    if case.chip == "BK7231T":
        low = [
            op
            for op in rig.chip.nor.operations
            if op.kind in CHANGES and op.addr % len(now) < APP_START
        ]
        if low or now[:APP_START] != goal[:APP_START]:
            raise Broken(f"touched the boot loader: {low[:3]}")
    if failed and case.verb != "backup":
        planned = set(differing(old_flash(case.chip), new_flash(case.chip)))
        both = set(differing(now, old_flash(case.chip))) & set(differing(now, new_flash(case.chip)))
        if both - planned:
            raise Broken(f"changed what the plan does not name: {sorted(both - planned)}")
    if case.verb == "backup" and now != goal:
        raise Broken(f"a backup changed the flash at {differing(now, goal)}")


CHANGES = {OpKind.ERASE, OpKind.PROGRAM}


def differing(now: bytes, goal: bytes) -> list[str]:
    return [
        f"0x{at:06X}"
        for at in range(0, len(now), SECTOR_LEN)
        if now[at : at + SECTOR_LEN] != goal[at : at + SECTOR_LEN]
    ]


def describe(outcome) -> str:
    return outcome.code if isinstance(outcome, PlugsmithError) else "done"


def run_seed(seed: int) -> tuple[int, str, str]:
    """Seed, outcome, and the trace of a broken promise (or an empty text)."""
    case = Case(seed)
    with tempfile.TemporaryDirectory() as folder:
        try:
            return seed, run_case(case, Path(folder)), ""
        except Exception:  # noqa: BLE001 - a traceback is just what the campaign looks for
            return seed, "BROKEN", traceback.format_exc()
