"""Resetting a chip from the host: recipes as data, and the text for a console that listens.

Sources: uart-protocol.md 1.4 (how adapters are wired to CEN) and 1.6 (the OpenBeken console).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.messages import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.link.port import Port


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetStep:
    """One step: lines to set (True pulls low) or text to send, then `wait_s`.

    Polls may go on during the wait unless `silent`.
    """

    rts: bool | None = None
    dtr: bool | None = None
    text: bytes = b""
    wait_s: float = 0.0
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetRecipe:
    """Steps that reset a chip; `title` says for people how."""

    name: str
    title: str
    needs_lines: bool
    steps: tuple[ResetStep, ...]


RTS_TO_CEN = ResetRecipe(
    name="rts-cen",
    title=N_("pulse on RTS"),
    needs_lines=True,
    steps=(
        ResetStep(rts=True, dtr=False, wait_s=0.25),
        ResetStep(rts=False, dtr=False, wait_s=0.3),
    ),
)
DTR_TO_CEN = ResetRecipe(
    name="dtr-cen",
    title=N_("pulse on DTR"),
    needs_lines=True,
    steps=(
        ResetStep(rts=False, dtr=True, wait_s=0.25),
        ResetStep(rts=False, dtr=False, wait_s=0.3),
    ),
)
BOTH_TO_CEN = ResetRecipe(
    name="both-cen",
    title=N_("pulse on RTS and DTR"),
    needs_lines=True,
    steps=(ResetStep(rts=True, dtr=True, wait_s=0.1), ResetStep(rts=False, dtr=False, wait_s=0.3)),
)
# A console line ends at a pause of its 25 ms poll, and link checks in the same poll would spoil
# it: hence silence on both sides. `reboot` alone would wait 3 s. Sent twice because a poll can cut
# the text in two.
CONSOLE_REBOOT = ResetRecipe(
    name="console",
    title=N_("the text `reboot` to an OpenBeken console"),
    needs_lines=False,
    steps=(
        ResetStep(wait_s=0.08, silent=True),
        ResetStep(text=b"reboot 1\n", wait_s=0.08, silent=True),
        ResetStep(text=b"reboot 1\n", wait_s=0.08, silent=True),
    ),
)
# A running vendor SDK of some chips restarts on this frame; boot codes ignore or refuse it.
SDK_REBOOT = ResetRecipe(
    name="sdk",
    title=N_("the restart frame of the vendor SDK"),
    needs_lines=False,
    steps=(ResetStep(text=b"\x01\xe0\xfc\x05\xfe\x95\x27\x95\x27", wait_s=0.3),),
)
LINE_RECIPES = (RTS_TO_CEN, DTR_TO_CEN, BOTH_TO_CEN)


def play(recipe: ResetRecipe, port: Port) -> Iterator[ResetStep]:
    """Carry out each step, then yield it so that the caller lets its `wait_s` pass."""
    for step in recipe.steps:
        if step.rts is not None or step.dtr is not None:
            port.set_lines(rts=step.rts, dtr=step.dtr)
        if step.text:
            port.write(step.text)
        yield step
