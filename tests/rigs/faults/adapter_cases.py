"""Adapters from the field, and one run of a verb over each: right bytes, few resets, then calm."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from campaign import image, library_with_backup, new_flash, old_flash
from flows_rig import Rig

from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.restore import restore
from plugsmith.sim.ports.adapter import Adapter, adapter_model

if TYPE_CHECKING:
    from pathlib import Path

VERBS = ("info", "backup", "flash", "restore")
CHIPS = ("BK7231T", "BK7231N")
USER_S = 4.0
RESETS = 3


@dataclass(frozen=True)
class Desk:
    """An adapter, how it is wired, and how the wire behaves."""

    words: tuple[str, ...] = ()
    lines: str = "none"
    latency_s: float = 0.001
    user: bool = True
    settings: dict = field(default_factory=dict)


DESKS = {
    "most-115200": Desk(("most:115200",)),
    "most-230400": Desk(("most:230400",)),
    "most-460800": Desk(("most:460800",)),
    "mapped": Desk(("map:921600:888888", "map:2000000:1500000", "map:1000000:1043000")),
    **{
        f"noise-{share}-above-{above}": Desk((f"noise:{above}:{share}",))
        for share in ("1e-3", "1e-2", "1e-1")
        for above in (115_200, 230_400, 460_800)
    },
    "noise-1e-4-at-any-speed": Desk(("noise:0:1e-4",)),
    "refuses-above-115200": Desk(("refuse:115200",)),
    "refuses-above-460800": Desk(("refuse:460800",)),
    **{f"late-{ms}": Desk((f"late:{ms / 1000}",)) for ms in (30, 100, 300)},
    **{f"reopen-{ms}": Desk((f"reopen:{ms / 1000}",)) for ms in (0, 50, 100, 200, 350)},
    **{f"reopen-{ms}-resets": Desk((f"reopen:{ms / 1000}:resets",)) for ms in (0, 100, 350)},
    "buffer-256": Desk(("buffer:256",)),
    "buffer-1024": Desk(("buffer:1024",)),
    "packets-at-16-ms": Desk(latency_s=0.016),
    "no-lines": Desk(),
    "dtr-is-cen": Desk(lines="dtr"),
    "rts-is-cen": Desk(lines="rts"),
    "dtr-is-cen-inverted": Desk(("inverted",), lines="dtr"),
    "rts-is-cen-inverted": Desk(("inverted",), lines="rts"),
}

# Two or three troubles at once.
COMBINED = {
    "slow and a buffer of 256 bytes": Desk(("buffer:256",), latency_s=0.016),
    "late, limited and slow": Desk(("late:0.3", "most:460800"), latency_s=0.016),
    "reopens, with noise": Desk(("reopen:0.1", "noise:460800:1e-2")),
    "reopens, with a buffer of 1 KiB": Desk(("reopen:0.2", "buffer:1024")),
    "refuses, with noise below": Desk(("refuse:460800", "noise:115200:1e-2")),
    "limited, with a buffer of 256 bytes": Desk(("most:230400", "buffer:256")),
    "opens late, resets and is slow": Desk(("reopen:0.35:resets-late",), latency_s=0.016),
    "inverted lines and limited": Desk(("inverted", "most:115200"), lines="dtr"),
}


class Run:
    """One board behind one adapter; `verb()` runs and checks."""

    def __init__(self, desk: Desk, chip: str, verb: str, folder: Path) -> None:
        content = new_flash(chip) if verb == "restore" else old_flash(chip)
        adapter = Adapter(adapter_model(desk.words), user_s=USER_S if desk.user else None, seed=7)
        self.rig = Rig(
            folder, chip, content, adapter=adapter, paced=True, latency_s=desk.latency_s,
            **desk.settings,
        )  # fmt: skip
        self.rig.lines = desk.lines
        self.chip, self.verb_name, self.folder = chip, verb, folder
        self.stored = None
        if verb in {"flash", "restore"}:
            shutil.copytree(library_with_backup(chip), folder / "library")
            (folder / "library" / "adapters.json").unlink(missing_ok=True)  # a new adapter
            self.stored = next((folder / "library" / "backups").glob("*-??.bin"))
        (folder / "image.bin").write_bytes(image(chip))

    def verb(self) -> None:
        """Run the verb on a 30 s link timeout; it must succeed, and the bytes must be right."""
        ctx = self.rig.ctx(timeout=30.0)
        goal = new_flash(self.chip) if self.verb_name == "flash" else old_flash(self.chip)
        match self.verb_name:
            case "info":
                assert info(ctx).identity.chip.name == self.chip
            case "backup":
                assert backup(ctx).backup.read() == old_flash(self.chip)
            case "flash":
                assert flash(ctx, self.folder / "image.bin").verified
            case _:
                assert restore(ctx, self.stored).verified
        assert self.rig.content == goal

    def power_on_again(self, content: bytes) -> None:
        """The same adapter, the chip held in reset again, with `content`."""
        self.rig.clock.sleep(2.0)
        self.rig.chip.nor.content[:] = content
        self.rig.chip.hold()
        self.rig.adapter.heard(anything=True, now=self.rig.clock.monotonic())
        self.rig.log.events.clear()


def run_twice(desk: Desk, chip: str, verb: str, folder: Path) -> Run:
    """Both runs succeed within the resets of a patient user; the second one makes no detour."""
    run = Run(desk, chip, verb, folder)
    before = run.rig.content
    run.verb()
    first = run.rig.adapter.user_resets
    assert first <= RESETS, f"{first} resets by the user"
    run.power_on_again(before)
    failed: list[int] = []
    memory = run.rig.library.adapters
    real = memory.failed
    memory.failed = lambda key, baud: (failed.append(baud), real(key, baud))
    run.verb()
    assert run.rig.adapter.user_resets == first, "the second run needed the user"
    nowhere_quiet = any(word.startswith("noise:0:") for word in desk.words)  # so no rate is the one
    assert nowhere_quiet or not failed, f"the second run tried {failed}"
    return run
