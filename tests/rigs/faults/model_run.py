"""The model-based test: random verbs on boards of one library, cut anywhere, invariants each time.

A run is a list of steps with a seed each, so that a failing one is made short by leaving steps out
and running it again.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model_verbs import Bases, Verb, Verbs, pick
from model_world import APP, BLANK, Board, Broken, Cut, Killed, World

from plugsmith.errors import PlugsmithError
from plugsmith.errors.flows import BootLoop
from plugsmith.errors.library import DeviceInUse
from plugsmith.flows.settings.settings_block import settings_addr
from plugsmith.flows.wire.flash import WriteOutcome
from plugsmith.library.jobs.store import CHANGING
from plugsmith.library.lock import held
from plugsmith.memory import SECTOR_LEN

CHIPS = ("BK7231T", "BK7231N", "BK7238", "BK7231U")
STEPS_A_RUN = 25
KINDS = (
    ("verb", 60), ("again", 14), ("plug", 8), ("power", 5), ("lives", 8), ("clock", 3),
    ("locked", 2),
)  # fmt: skip
CUTS = (("", 40), ("wire", 30), ("lost", 6), ("swap", 8), ("full", 6), ("kill", 6), ("power", 4))


@dataclass(frozen=True)
class Step:
    kind: str
    seed: int


@dataclass
class Run:
    """One world and what happened in it."""

    seed: int
    folder: Path
    world: World = field(init=False)
    last: dict[int, Verb] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    owners: dict[Path, set[int]] = field(default_factory=dict)  # of each backup, when it was made

    def __post_init__(self) -> None:
        dice = random.Random(self.seed)
        first = dice.choice(CHIPS)
        macs = [bytes.fromhex("c8478c0000") + bytes((at + 1,)) for at in range(3)]
        if dice.random() < 0.3:
            macs[1] = macs[0]
        names = [first, dice.choice((first, *CHIPS)), dice.choice(CHIPS)][: dice.choice((2, 2, 3))]
        self.world = World(self.folder, tuple(zip(names, macs, strict=False)))

    def steps(self, count: int) -> list[Step]:
        dice = random.Random(f"steps {self.seed}")
        return [
            Step(kind=pick(dice, KINDS), seed=self.seed * 1000 + number) for number in range(count)
        ]

    def take(self, step: Step) -> None:
        dice = random.Random(step.seed)
        getattr(self, f"_{step.kind}")(dice)
        self._after()

    # steps

    def _plug(self, dice: random.Random) -> None:
        self.world.plugged = dice.randrange(len(self.world.boards))
        self.world.board.power()
        self.story.append(f"plug {self.world.plugged}")

    def _power(self, _dice: random.Random) -> None:
        self.world.board.power()
        self.story.append("power")

    def _clock(self, dice: random.Random) -> None:
        self.world.clock.jump(dice.choice((-1, 1)) * dice.choice((3600, 86_400 * 400)))
        self.story.append("clock")

    def _lives(self, dice: random.Random) -> None:
        """The firmware stores something of its own."""
        board = self.world.board
        if not board.runs:
            return
        self.world.note_whole_plan(board)
        own = settings_addr(board.chip_name)
        at = dice.choice((own, 0x1E8000, 0x1E9000))
        data = dice.randbytes(64) if at != own else b"CFG" + dice.randbytes(61)
        if at in board.rf_addrs:
            return
        content = bytearray(board.content)
        content[at : at + SECTOR_LEN] = data.ljust(SECTOR_LEN, b"\0")
        whole = bytearray(board.settled)
        whole[at : at + SECTOR_LEN] = content[at : at + SECTOR_LEN]
        board.lived = board.lived or not board.whole or bool(self._jobs(board))
        board.settled = bytes(whole)
        board.sim.nor.content[:] = content
        board.power()
        self.story.append(f"lives 0x{at:X}")

    def _locked(self, dice: random.Random) -> None:
        """A second process has the port, or the device."""
        world = self.world
        before = [item.content for item in world.boards]
        verb = Verbs(self.world).some(dice)
        world.begin(Cut())
        with held(world.root / "locks", "sim://model", words="the port"):
            try:
                verb.run(world.ctx(yes=True))
            except DeviceInUse:
                pass
            except PlugsmithError:
                pass
            else:
                raise Broken(f"{verb.words}: ran although the port is locked")
        _must(before == [item.content for item in world.boards], "a locked port was written")
        self.story.append("locked")

    def _verb(self, dice: random.Random) -> None:
        where = pick(dice, CUTS)
        most = {"full": 14, "kill": 14, "power": 14, "swap": 120, "lost": 120}.get(where, 60)
        after = dice.random() < 0.8 if where in {"wire", "lost", "swap"} else False
        self._carry_out(
            Verbs(self.world).some(dice), Cut(where, dice.randint(1, most), after), dice
        )

    def _again(self, dice: random.Random) -> None:
        verb = self.last.get(self.world.plugged)
        if verb is not None:
            self._carry_out(verb, Cut(), dice, again=True)

    # a verb and what must hold

    def _carry_out(self, verb: Verb, cut: Cut, dice: random.Random, *, again: bool = False) -> None:
        world, board = self.world, self.world.board
        before = {item.number: item.content for item in world.boards}
        for item in world.boards:
            world.note_whole_plan(item)
        clean = {item.number for item in world.boards if item.whole}
        others = [item.number for item in world.boards if item is not board]
        world.swap_to = dice.choice(others) if others else None
        world.allow = verb.allow
        world.on_erase = None if "no-backup" in verb.allow else self._nothing_is_lost
        world.begin(cut)
        bases = {item.number: Bases(world, item) for item in world.boards}
        words = f"{'again: ' if again else ''}{verb.words} on {board.number} ({board.chip_name})"
        words += f" cut={cut.where}@{cut.at}{'+' if cut.after_change else ''}" if cut.where else ""
        self.story.append(words)
        try:
            with world.disk_faults():
                done = verb.run(world.ctx(yes=verb.yes))
            result = "done"
        except Killed:
            world.bury()
            result, done = "killed", None
        except BootLoop as failure:
            result, done = failure.code, None
            other = world.swapped and not world.erased & {world.board.number}
            if not other or world.board.runs:
                raise Broken(f"{words}: does not start: {failure.message}") from failure
            _must(self._all_done(board, before), f"{words}: watched before it was whole")
        except PlugsmithError as failure:
            result, done = failure.code, None
            self.story.append(f"   -> {failure.code}")
        self.outcomes[f"{verb.name}: {result}"] += 1
        world.on_erase = None
        self._judge_backups(before, clean)
        if world.swapped and isinstance(done, WriteOutcome) and not world.erased & {board.number}:
            board = self._met_another(verb, board, before, done)
        for item in world.boards:
            if item is not board:
                _must(item.content == before[item.number], f"{words}: wrote on another board")
        if isinstance(done, WriteOutcome):
            self._judge_verified(verb, done, board, before[board.number])
            if not board.lived:
                asked = verb.check(board, bases[board.number])
                _must(asked, f"{words}: verified, and not what was asked")
            self._settle(board, done)
        elif self._all_done(board, before):
            pass
        elif board.content != before[board.number] and board.number not in world.erased:
            # what a run says first may go into the sector whose write was cut before it
            _must(board.number not in clean, f"{words}: wrote without an erase")
        elif board.content != before[board.number]:
            _must(verb.name not in {"backup", "info"}, f"{words}: a reading verb wrote")
            board.cut_rf = board.cut_rf or bool({"rf", "mac"} & set(verb.allow))
            self.last[board.number] = verb
        if again and done is None and not board.lived:
            _must(self._may_fail(verb, result), f"{words}: the same command again ends in {result}")
        if result == "killed" and dice.random() < 0.5:
            board.power()

    def _met_another(
        self, verb: Verb, board: Board, before: dict[int, bytes], done: WriteOutcome
    ) -> Board:
        """The board that a verb was about: swapped in before the first one was known.

        Then a backup of its own secured it. Once the first one was named, another one may only go
        on unnoticed where both have one name, and nothing else was asked of the first.
        """
        now, words = self.world.board, f"{verb.words}: board {self.world.board.number}"
        if not self.world.erased:  # all was as wanted there: "verified" is about the one it met
            return board if self.world.named else now
        named = (board.chip_name, board.mac) == (now.chip_name, now.mac) or not self.world.named
        _must(named, f"{words} was taken for another one that was identified")
        kept = done.safety.backup
        if kept is None:
            _must("no-backup" in verb.allow, f"{words} was written without a backup")
        else:
            mine = now.number in self.owners[kept.file] or kept.read() == before[now.number]
            _must(mine, f"{words} was written with the backup of another one")
        return now

    def _all_done(self, board: Board, before: dict[int, bytes]) -> bool:
        """Whether a verb that was cut had proven everything: then its job is gone.

        Its plan is on the board to the last byte, and all else is as it was (half-written by an
        older job, maybe). A run that only finds that the one before it, which was killed, had done
        everything counts by that one's plan.
        """
        aim = self.world.aims.get(board.number)
        sectors = self.world.library.jobs.sectors
        if not aim or any(dict(sectors(job).wanted) == aim for job in self._jobs(board)):
            return False
        erased = board.number in self.world.erased
        whole = bytearray(before[board.number] if erased else board.settled)
        settled = bytearray(board.settled)
        for addr, data in aim.items():
            whole[addr : addr + SECTOR_LEN] = settled[addr : addr + SECTOR_LEN] = data
        if board.content != whole:
            return False
        board.settled = bytes(settled if self._jobs(board) else whole)
        board.digests.add(board.rf_digest(board.settled))
        if board.whole:
            board.lived = board.cut_rf = False
            self.last.pop(board.number, None)
        return True

    def _may_fail(self, verb: Verb, code: str) -> bool:
        """Refusals of a command that are right each time, also if it was once let through."""
        if code == "PS-SAFETY-SETTINGS":  # what the firmware stored there needs a yes
            return not verb.yes
        return code.startswith(("PS-SAFETY-PERMISSION", "PS-SAFETY-CONSENT", "PS-INPUT"))

    def _nothing_is_lost(self, board: Board, start: int, length: int) -> None:
        content = board.content
        for addr in range(start, start + length, SECTOR_LEN):
            held_now = content[addr : addr + SECTOR_LEN]
            kept = self.world.on_disk(addr, held_now)
            _must(kept, f"0x{addr:06X} of board {board.number} is erased and nowhere on the disk")

    def _judge_backups(self, before: dict[int, bytes], clean: set[int]) -> None:
        for path, data in self.world.backups().items():
            if path in self.owners:
                continue
            owners = {number for number, content in before.items() if content == data}
            _must(bool(owners), f"the backup {path.name} is of no board as it was")
            _must(bool(clean & owners), f"the backup {path.name} holds a half-written device")
            self.owners[path] = owners

    def _judge_verified(self, verb: Verb, done: WriteOutcome, board: Board, was: bytes) -> None:
        now, wanted = board.content, done.plan.wanted
        torn = [job.in_flight for job in self._jobs(board) if job.in_flight]
        _must(done.verified, "no dry run, and not verified")
        for addr in range(0, len(now), SECTOR_LEN):
            if any(addr in span for span in torn) and addr not in wanted:
                continue  # bytes that were on the way when another write was cut came later
            aim = wanted.get(addr, was[addr : addr + SECTOR_LEN])
            held_now = now[addr : addr + SECTOR_LEN]
            _must(held_now == aim, f"verified, but 0x{addr:06X} is not as planned")
        self._judge_own(verb, board, now)

    def _settle(self, board: Board, done: WriteOutcome) -> None:
        settled = bytearray(board.settled)
        for addr, aim in done.plan.wanted.items():
            settled[addr : addr + SECTOR_LEN] = aim
        board.settled = bytes(settled)
        board.digests.add(board.rf_digest(board.settled))
        if board.whole:
            board.lived = board.cut_rf = False
            self.last.pop(board.number, None)

    def _judge_own(self, verb: Verb, board: Board, now: bytes) -> None:
        """Calibration and address change only as far as is allowed."""
        at = board.rf_addr()
        new, old = now[at : at + SECTOR_LEN], board.settled[at : at + SECTOR_LEN]
        if board.cut_rf or new == old:
            return
        mac, rf = new[0x24:0x2A] != old[0x24:0x2A], _without_mac(new) != _without_mac(old)
        if rf:
            _must("rf" in verb.allow or old == BLANK, f"{verb.words}: changed the calibration")
        if mac:
            allowed = "mac" in verb.allow or old[:3] != b"TLV"
            _must(allowed, f"{verb.words}: changed the address")

    def _jobs(self, board: Board) -> list[Any]:
        jobs = self.world.library.jobs.open_jobs(kinds=CHANGING)
        return [
            job
            for job in jobs
            if job.begun
            and job.header.device.chip == board.chip_name
            and (job.header.device.rf_sha256 in {None, *board.digests})
        ]

    def _has_a_copy(self, board: Board) -> bool:
        """Whether a permission made another board one with it: all that a job knows it by."""
        was = board.rf_digest(board.stock)
        others = [item for item in self.world.boards if item.chip_name == board.chip_name]
        return any(was in item.digests for item in others if item.rf_digest(item.stock) != was)

    def _after(self) -> None:
        """What holds at any time."""
        unreadable = self.world.library.jobs.unreadable()
        for board in self.world.boards:
            now = board.content
            if board.chip_name in {"BK7231T", "BK7231U"}:
                _must(now[:APP] == board.stock[:APP], f"the boot loader of board {board.number}")
            if not board.whole and not unreadable and not self._has_a_copy(board):
                _must(bool(self._jobs(board)), f"board {board.number} is half-written, and no job")
            at = board.rf_addr()
            if (
                not board.cut_rf
                and now[at : at + SECTOR_LEN] != board.settled[at : at + SECTOR_LEN]
            ):
                raise Broken(f"calibration of board {board.number} changed unasked")


def _without_mac(sector: bytes) -> bytes:
    return sector[:0x24] + sector[0x2A:]


def _must(condition: bool, words: str) -> None:
    if not condition:
        raise Broken(words)


@dataclass
class Report:
    """What became of a run; `problem` is empty if everything held."""

    seed: int
    steps: list[Step]
    outcomes: Counter[str]
    problem: str = ""
    story: tuple[str, ...] = ()


def play(seed: int, steps: list[Step] | None = None, *, count: int = STEPS_A_RUN) -> Report:
    """Run the steps of `seed`, or those that are given."""
    folder = Path(tempfile.mkdtemp(prefix="model-"))
    try:
        run = Run(seed, folder)
        chosen = run.steps(count) if steps is None else steps
        problem = ""
        try:
            for step in chosen:
                run.take(step)
        except Exception as failure:  # noqa: BLE001 - any other error is a finding too
            problem = f"{type(failure).__name__}: {failure}\n{traceback.format_exc(limit=-6)}"
        return Report(seed, chosen, run.outcomes, problem, tuple(run.story))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shorten(report: Report) -> Report:
    """The same failure with as few steps as leaving out one after the other finds."""
    best, at = report, 0
    while at < len(best.steps):
        fewer = best.steps[:at] + best.steps[at + 1 :]
        tried = play(report.seed, fewer)
        if tried.problem.partition("\n")[0][:60] == best.problem.partition("\n")[0][:60]:
            best = tried
        else:
            at += 1
    return best
