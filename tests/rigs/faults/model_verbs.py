"""The verbs of the model-based test: on what they work, and what they must have done when whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model_world import APP, VERSIONS, Board, World, image

from plugsmith.flows.settings.desired_settings import DesiredSettings
from plugsmith.flows.settings.settings_block import change_chip, settings_addr
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.raw_write import erase_raw, write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.memory import SECTOR_LEN, AddressRange

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

VERBS = (
    ("backup", 14), ("flash", 22), ("restore", 18), ("write", 22), ("erase", 8), ("settings", 12),
    ("info", 4),
)  # fmt: skip
ALLOW = (
    ((), 70), (("rf",), 5), (("mac",), 5), (("rf", "mac"), 8), (("no-backup",), 8),
    (("bootloader",), 4),
)  # fmt: skip


class Bases:
    """What a sector may hold besides what a verb writes: as it was, or as a cut verb wanted it."""

    def __init__(self, world: World, board: Board) -> None:
        self.settled = board.settled
        self._wanted = [] if board.whole else [item.wanted for item in world.intents()]

    def of(self, addr: int) -> list[bytes]:
        found = [item[addr] for item in self._wanted if addr in item]
        return [self.settled[addr : addr + SECTOR_LEN], *found]


@dataclass
class Verb:
    """A command line, as it were: the same one again does the same."""

    name: str
    run: Callable[[Any], Any]
    allow: tuple[str, ...] = ()
    yes: bool = False
    words: str = ""
    check: Callable[[Board, Bases], bool] = lambda _board, _bases: True


class Verbs:
    """Makes verbs for the board that is plugged in."""

    def __init__(self, world: World) -> None:
        self.world = world

    def some(self, dice: random.Random) -> Verb:
        board, name = self.world.board, pick(dice, VERBS)
        verb = getattr(self, f"_{name}")(board, dice)
        verb.allow, verb.yes = pick(dice, ALLOW), dice.random() < 0.5
        verb.words = f"{verb.words or name} allow={','.join(verb.allow)} yes={verb.yes}"
        return verb

    def _backup(self, _board: Board, _dice: random.Random) -> Verb:
        return Verb("backup", backup)

    def _info(self, _board: Board, _dice: random.Random) -> Verb:
        return Verb("info", info)

    def _flash(self, board: Board, dice: random.Random) -> Verb:
        version = dice.choice(VERSIONS)
        data = image(board.chip_name, version)
        path = self.world.folder / f"{board.chip_name}-{version}.bin"
        if not path.exists():
            path.write_bytes(data)

        def holds(now: Board, _bases: Bases) -> bool:
            return now.content[APP : APP + 0x4000] == data[APP : APP + 0x4000]

        return Verb("flash", lambda ctx: flash(ctx, path), words=f"flash {version}", check=holds)

    def _restore(self, board: Board, dice: random.Random) -> Verb:
        stored = sorted(self.world.backups())
        own = [p for p in stored if p.name.startswith(board.chip_name.lower())]
        if not own:
            return self._backup(board, dice)
        path = dice.choice(own)
        return Verb("restore", lambda ctx: restore(ctx, path), words=f"restore {path.name}")

    def _write(self, board: Board, dice: random.Random) -> Verb:
        own = settings_addr(board.chip_name)
        start = dice.choice((own + 0xF20, 0x150F80, 0x151000, 0x12F20, 0x1E3F00, 0x1E8000))
        if dice.random() < 0.1:
            start = dice.choice((board.rf_addr() + 0x100, 0x2000, board.rf_addr()))
        data = dice.randbytes(dice.choice((4, 0x100, 0x1000, 0x2100)))

        def holds(now: Board, bases: Bases) -> bool:
            span = AddressRange.sized(start, len(data))
            if any(span.start < rf + SECTOR_LEN and rf < span.end for rf in board.rf_addrs):
                return True  # as far as is allowed
            content = now.content
            for part in span.split(SECTOR_LEN):
                addr = part.start // SECTOR_LEN * SECTOR_LEN
                piece = data[part.start - start : part.end - start]
                aims = [
                    base[: part.start - addr] + piece + base[part.end - addr :]
                    for base in bases.of(addr)
                ]
                if content[addr : addr + SECTOR_LEN] not in aims:
                    return False
            return True

        words = f"write 0x{start:X}+{len(data)}"
        return Verb(
            "write", lambda ctx: write_raw(ctx, data, start=start), words=words, check=holds
        )

    def _erase(self, board: Board, dice: random.Random) -> Verb:
        at = dice.choice((0x150000, 0x1E8000, settings_addr(board.chip_name), 0x13000))
        if dice.random() < 0.15:
            at = board.rf_addr()
        span = AddressRange.sized(at, SECTOR_LEN * dice.choice((1, 2)))
        words = f"erase {span}"
        return Verb("erase", lambda ctx: erase_raw(ctx, lambda _size: span), words=words)

    def _settings(self, _board: Board, dice: random.Random) -> Verb:
        wish = DesiredSettings(settings={"mqtt_host": f"10.0.0.{dice.randrange(250)}"})
        return Verb("settings", lambda ctx: change_chip(ctx, wish)[0], words="settings")


def pick(dice: random.Random, table: Any) -> Any:
    """One of the rows, by their weights."""
    return dice.choices([row[0] for row in table], [row[1] for row in table])[0]
