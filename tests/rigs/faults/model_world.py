"""The world of the model-based test: boards, one library, a disk and a cable that fail."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flows_rig import silicon

from plugsmith.boot.linking import LinkPolicy
from plugsmith.chips.catalog import chip as chip_record
from plugsmith.clock import VirtualClock
from plugsmith.dump.health import judge_backup
from plugsmith.errors import NothingFound
from plugsmith.errors.port import PortLost
from plugsmith.errors.safety import ConsentMissing
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.context import FlowContext
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.wire import backup as backup_flow
from plugsmith.flows.wire import restore as restore_flow
from plugsmith.flows.write.checks import device_checks
from plugsmith.flows.write.target_image import rf_sectors
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.library.jobs.sectors import JobSectors, read_sectors
from plugsmith.library.jobs.store import CHANGING
from plugsmith.library.library import Library
from plugsmith.memory import SECTOR_LEN
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.firmware import judge_application
from plugsmith.sim.chip.personality import recognise_loader
from plugsmith.sim.ports.adapter import Adapter
from plugsmith.sim.ports.port import SimPort

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = 0x4000
APP = 0x11000
BLANK = b"\xff" * SECTOR_LEN
VERSIONS = ("1.18.300", "1.19.0")


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, not even its `finally`."""


class Broken(AssertionError):
    """An invariant of the model does not hold."""


@cache
def factory(chip: str, mac: bytes, mark: int) -> bytes:
    places = range(0x150000, 0x153000, 0x1000)
    contents = {at: bytes((mark, at >> 12 & 0xFF)) * 0x800 for at in places}
    return forge_flash(chip=chip, code_len=CODE, mac=mac, contents=contents)


@cache
def image(chip: str, version: str) -> bytes:
    return forge_openbeken_qio(chip, version=version, code_len=CODE)


class Board:
    """A board. `settled` is what its flash holds or is to hold again; `lived`: its firmware stored
    something since a write was cut."""

    def __init__(self, world: World, number: int, chip: str, mac: bytes) -> None:
        self.world = world
        self.number = number
        self.chip_name, self.mac = chip, mac
        self.stock = factory(chip, mac, 0x30 + number)
        self.settled = self.stock
        self.lived = False
        self.cut_rf = False
        self.sim: SimChip
        self._put_in(self.stock)
        self.digests = {self.rf_digest(self.stock)}

    def _put_in(self, content: bytes) -> None:
        who = silicon(self.chip_name, self.stock)
        now = self.world.clock.monotonic()
        self.sim = SimChip(who, content, settings=SimSettings(), now=now)
        nor = self.sim.nor
        real = nor.erase

        def erase(addr: int, length: int) -> bool:
            self.world.about_to_erase(self, addr // length * length, length)
            return real(addr, length)

        nor.erase = erase

    @property
    def content(self) -> bytes:
        return bytes(self.sim.nor.content)

    def power(self) -> None:
        """Off and on."""
        self._put_in(self.content)

    @property
    def runs(self) -> bool:
        content = self.content
        loader = recognise_loader(content[:257])
        return loader is not None and judge_application(content, self.sim.who).boots

    @property
    def rf_addrs(self) -> list[int]:
        return rf_sectors(chip_record(self.chip_name), len(self.stock))

    def rf_addr(self) -> int:
        return next(at for at in self.rf_addrs if self.stock[at : at + 3] == b"TLV")

    def rf_digest(self, content: bytes) -> str:
        at = self.rf_addr()
        return hashlib.sha256(content[at : at + SECTOR_LEN]).hexdigest()

    @property
    def whole(self) -> bool:
        return self.content == self.settled


@dataclass
class Cut:
    """What goes wrong in a verb: `where` is wire, lost, swap, full, kill or power; `at` counts."""

    where: str = ""
    at: int = 0
    after_change: bool = False


class ModelPort(SimPort):
    """A port that counts requests and cuts at one of them."""

    def __init__(self, world: World) -> None:
        super().__init__(world.board.sim, world.clock, name="sim://model", adapter=world.adapter)
        self._world = world

    def write(self, data: bytes) -> None:
        self._world.about_to_send()
        self.chip = self._world.board.sim
        super().write(data)

    def read(self, limit: int, timeout_s: float) -> bytes:
        self._world.alive()
        self.chip = self._world.board.sim
        return super().read(limit, timeout_s)


@dataclass
class World:
    """Everything; `board` is the one that is plugged in.

    `swapped`: another board was put in during this verb, `named` when the first was known already.
    """

    folder: Path
    chips: tuple[tuple[str, bytes], ...]
    clock: VirtualClock = field(default_factory=VirtualClock)
    adapter: Adapter = field(default_factory=Adapter)
    boards: list[Board] = field(default_factory=list)
    plugged: int = 0
    cut: Cut = field(default_factory=Cut)
    asked: list[str] = field(default_factory=list)
    log: EventLog = field(default_factory=EventLog)
    allow: tuple[str, ...] = ()
    swap_to: int | None = None
    on_erase: Callable[[Board, int, int], None] | None = None

    def __post_init__(self) -> None:
        self.root = self.folder / "library"
        self.boards = [Board(self, at, chip, mac) for at, (chip, mac) in enumerate(self.chips)]
        self.dead = self.full = self.swapped = self.named = False
        self.sent = self.disk = 0
        self.erased: set[int] = set()
        self.aims: dict[int, dict[int, bytes]] = {}  # what the newest job that erased wants
        self._synced: dict[str, int] = {}
        self._snapshot: dict[Path, bytes | None] = {}
        self._backups: dict[Path, bytes] = {}

    @property
    def board(self) -> Board:
        return self.boards[self.plugged]

    @property
    def library(self) -> Library:
        return Library(self.root)

    def ctx(self, *, yes: bool) -> FlowContext:
        def consent(_question: str, step: str) -> None:
            self.asked.append(step)
            if not yes:
                raise ConsentMissing(step=step)

        self.log = EventLog()
        return FlowContext(
            port_name="sim://model",
            open_port=lambda: ModelPort(self),
            clock=self.clock,
            sink=self.log,
            cancel=CancelToken(),
            library=self.library,
            again="plugsmith again --port sim://model",
            consent=consent,
            permissions=Permissions(granted=frozenset(Permission(item) for item in self.allow)),
            policy=LinkPolicy(timeout_s=8.0),
        )

    # what fails

    def begin(self, cut: Cut) -> None:
        self.cut = cut
        self.dead = self.full = self.swapped = self.named = False
        self.sent = self.disk = 0
        self.erased = set()
        self.asked = []
        journals = (self.root / "jobs").glob("*.journal")  # what is old has reached the disk
        self._synced = {str(path): path.stat().st_size for path in journals}

    def alive(self) -> None:
        if self.dead:
            raise Killed

    def about_to_send(self) -> None:
        self.alive()
        if self.cut.after_change and not self.erased:
            return
        self.sent += 1
        if self.sent < self.cut.at:
            return
        match self.cut.where:
            case "wire":
                self._die()
            case "lost":
                raise PortLost(port="sim://model")
            case "swap" if not self.swapped and self.swap_to is not None:
                self.swapped = True
                self.named = any(
                    item.kind == "log" and item.message.startswith("Found ") for item in self.log
                )
                self.board.power()
                self.plugged = self.swap_to
                self.board.power()

    def _die(self) -> None:
        self.dead = True
        self._snapshot = {path: _small(path) for path in self._files()}
        if self.cut.where == "power":
            for path in self._snapshot:
                if path.suffix == ".journal":
                    known = self._synced.get(str(path), 0)
                    self._snapshot[path] = (self._snapshot[path] or b"")[:known]
        raise Killed

    def bury(self) -> None:
        """Undo what the unwinding of a killed process did to the disk."""
        for path in self._files():
            if path not in self._snapshot:
                path.unlink()
        for path, data in self._snapshot.items():
            if data is not None and (not path.exists() or path.read_bytes() != data):
                path.write_bytes(data)

    def _files(self) -> list[Path]:
        return [path for path in self.root.rglob("*") if path.is_file()]

    def _disk_step(self) -> None:
        self.alive()
        self.disk += 1
        if self.cut.where == "full" and self.disk >= self.cut.at:
            raise OSError(errno.ENOSPC, "No space left on device")
        if self.cut.where in {"kill", "power"} and self.disk == self.cut.at:
            self._die()

    @contextmanager
    def disk_faults(self):
        """Count what is forced to the disk or renamed on it; let it fail where `cut` says so.

        What is long and pure is asked once a content: whether it is a backup.
        """
        fsync, replace = os.fsync, Path.replace
        judges = [(module, module.judge_backup) for module in (backup_flow, restore_flow)]
        recover = device_checks.recover_bytes

        def forced(handle: int) -> None:
            self._disk_step()
            name = str(Path(f"/proc/self/fd/{handle}").readlink())
            fsync_size = os.fstat(handle).st_size
            self._synced[name] = fsync_size

        def renamed(path: Path, target: Path) -> Path:
            self._disk_step()
            return replace(path, target)

        os.fsync, Path.replace = forced, renamed
        device_checks.recover_bytes = _no_module
        for module, _judge in judges:
            module.judge_backup = _judged_once
        try:
            yield
        finally:
            os.fsync, Path.replace = fsync, replace
            device_checks.recover_bytes = recover
            for module, judge in judges:
                module.judge_backup = judge

    # what is on the disk

    def about_to_erase(self, board: Board, start: int, length: int) -> None:
        if board.number not in self.erased:
            self.note_whole_plan(board)  # what was on the way may have made it whole by now
            self.aims[board.number] = self._aim(board)
        self.erased.add(board.number)
        if self.on_erase is not None:
            self.on_erase(board, start, length)

    def note_whole_plan(self, board: Board) -> None:
        """A plan that is on a board to the last byte counts, also if no verb proved it."""
        whole = bytearray(board.settled)
        for addr, data in self.aims.get(board.number, {}).items():
            whole[addr : addr + SECTOR_LEN] = data
        if board.content == whole:
            board.settled = bytes(whole)
            board.digests.add(board.rf_digest(board.settled))

    def _aim(self, board: Board) -> dict[int, bytes]:
        """What the job that is about to erase wants of a board, by address."""
        jobs = self.library.jobs
        found = [
            (state.header.device.rf_sha256, state)
            for state in jobs.open_jobs(kinds=CHANGING)
            if state.header.device.chip == board.chip_name
        ]
        for digests in (board.digests, {None}):  # the latter: it has lost its calibration
            for digest, state in found:
                if digest in digests:
                    return dict(jobs.sectors(state).wanted)
        return {}

    def backups(self) -> dict[Path, bytes]:
        """The proven backups of the library."""
        for entry in (self.root / "backups").glob("*.json"):
            path = entry.with_suffix(".bin")
            if path not in self._backups and path.exists():
                self._backups[path] = path.read_bytes()
        return {path: data for path, data in self._backups.items() if path.exists()}

    def intents(self) -> list[JobSectors]:
        found = [read_sectors(path) for path in (self.root / "jobs").glob("*.sectors")]
        return [item for item in found if item is not None]

    def on_disk(self, addr: int, data: bytes) -> bool:
        """Whether what a sector holds can be had from the disk."""
        if data == BLANK or any(
            kept[addr : addr + SECTOR_LEN] == data for kept in self.backups().values()
        ):
            return True
        for item in self.intents():
            for known in (item.wanted.get(addr), item.before.get(addr)):
                if known is not None and on_the_way(data, known):
                    return True
        rescued = (self.root / "rescued").glob("*.bin")
        return any(data in path.read_bytes() for path in rescued)


def _no_module(_data: bytes, *, name: str):
    raise NothingFound(what="a module", name=name)


@lru_cache(maxsize=64)
def _judged_once(data: bytes, **known):
    return judge_backup(data, **known)


def on_the_way(now: bytes, aim: bytes) -> bool:
    """Whether an erase or a write of `aim` that was cut leaves `now`.

    What the next run says first may have gone into it, as data of the write that was cut.
    """
    poll = bytes.fromhex("01e0fc0100")
    first, last = now.find(poll), now.rfind(poll)
    if first >= 0:
        start, end = max(0, first - 8), min(len(now), last + 9)
        now = now[:start] + b"\xff" * (end - start) + now[end:]
    wanted = int.from_bytes(aim, "big")
    return int.from_bytes(now, "big") & wanted == wanted


def _small(path: Path) -> bytes | None:
    return path.read_bytes() if path.stat().st_size < 1 << 20 else None
