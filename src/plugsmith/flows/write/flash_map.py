"""The plan as text: a drawing of the flash and a list of what is kept, erased and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.code_words import said
from plugsmith.flows.write.plan import Action
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.flows.write.plan import FlashPlan, PlanStep

_SIGNS = {Action.KEEP: ".", Action.SKIP_EQUAL: "=", Action.ERASE: "-", Action.WRITE: "#"}
_WORDS = {
    Action.KEEP: N_("kept"),
    Action.SKIP_EQUAL: N_("equal, skipped"),
    Action.ERASE: N_("erased"),
    Action.WRITE: N_("written"),
}
_LOUDEST = (Action.WRITE, Action.ERASE, Action.SKIP_EQUAL, Action.KEEP)
_COLUMNS = 64


def draw_plan(plan: FlashPlan, *, baud: int) -> str:
    """The flash map of `plan`, for people; one sign stands for one 64th of a row of 1 MiB or less.

    The sign of a cell is that of the most invasive thing that happens in it.
    """
    lines = [_("Flash map of the {chip} ({size} KiB):", chip=plan.chip.name, size=_kib(plan))]
    lines += _rows(plan)
    legend = "   ".join(f"{sign} {_(_WORDS[action])}" for action, sign in _SIGNS.items())
    lines += ["", "  " + legend, ""]
    lines += [_line(step) for step in _told(plan)]
    lines.append("")
    lines += list(plan.notes)
    lines.append(_summary(plan, baud))
    lines.append(_recovery(plan))
    return "\n".join(lines)


def _kib(plan: FlashPlan) -> int:
    return plan.flash_size // 1024


def _rows(plan: FlashPlan) -> list[str]:
    row_len = min(plan.flash_size, 0x10_0000)
    cell_len = max(SECTOR_LEN, row_len // _COLUMNS)
    rows = []
    for start in range(0, plan.flash_size, row_len):
        cells = AddressRange(start, min(start + row_len, plan.flash_size)).split(cell_len)
        rows.append(f"  0x{start:06X} " + "".join(_sign(plan, cell) for cell in cells))
    return rows


def _sign(plan: FlashPlan, cell: AddressRange) -> str:
    present = {step.action for step in plan.steps if step.span.overlaps(cell)}
    return _SIGNS[next(action for action in _LOUDEST if action in present)]


def _told(plan: FlashPlan) -> list[PlanStep]:
    return [step for step in plan.steps if step.action is not Action.KEEP or step.why or step.name]


def _line(step: PlanStep) -> str:
    text = f"  {step.span}  {_(_WORDS[step.action]):<16}{said(step.name)}"
    return f"{text}  ({step.why})" if step.why else text


def _summary(plan: FlashPlan, baud: int) -> str:
    changed = len(plan.changed_sectors)
    if not changed:
        return _("Nothing needs to be changed: the flash already holds all of it.")
    words = (
        N_("1 sector changes, {kib} KiB are sent: about {seconds:.0f} s at {baud} baud.")
        if changed == 1
        else N_("{count} sectors change, {kib} KiB are sent: about {seconds:.0f} s at {baud} baud.")
    )
    return _(
        words,
        count=changed,
        kib=plan.written_len // 1024,
        seconds=max(1.0, plan.seconds(baud)),
        baud=baud,
    )


def _recovery(plan: FlashPlan) -> str:
    if plan.recoverable:
        return _("If it is interrupted, it can be repaired over the same wires.")
    return _("If it is interrupted, only a programmer on the flash chip could repair it.")
