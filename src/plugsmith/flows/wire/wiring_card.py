"""Which pad goes to which pin of the adapter, drawn with plain characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chips
from plugsmith.code_words import said
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.chips.model import ModuleBoard, Pad
    from plugsmith.chips.other_chips import OtherChip

# adapter pin, arrow, signal of the module, remark
_WIRES = (
    (N_("3.3 V supply"), "------", "3V3", ""),
    ("GND", "------", "GND", ""),
    ("TX", "----->", "RX1", ""),
    ("RX", "<-----", "TX1", ""),
    (N_("touch GND"), "- - - ", "CEN", N_("for a moment, to reset")),
)
_CELL = 6


def wiring_card(board: ModuleBoard | None, title: str = "") -> str:
    """The wires for `board`, or the signals that every module has where it is not known: that of
    the chip `title`, if a chip was named.
    """
    pads = {pad.signal: pad for pad in board.pads} if board else {}
    title = f"{board.name} ({board.chip})" if board else title or _("module")
    wires = [
        (_(name), arrow, signal, _place(pads.get(signal)), _(remark) if remark else "")
        for name, arrow, signal, remark in _WIRES
    ]
    lines = _drawn(title, wires)
    if board and board.pads:
        lines += ["", *_rows(board)]
    if board:
        lines += ["", *_lists_say(board), "  " + _("Before it writes, Plugsmith asks the chip.")]
    return "\n".join([*lines, "", _warning()])


def _lists_say(board: ModuleBoard) -> list[str]:
    """What the chip of the module is known from, and that labels lie."""
    known = _(
        "{module} carries the chip {chip}, known from: {evidence}.",
        module=board.name,
        chip=_(" or ").join(board.chip.split("/")),
        evidence="; ".join(board.evidence),
    )
    lies = _("Makers put other chips on the same board: the print on the chip counts.")
    return [f"  {known}", f"  {lies}"]


def other_chip_card(other: OtherChip, board: ModuleBoard | None = None) -> str:
    """The wires of a chip that Plugsmith cannot free, and the way to free it.

    `board` is the module that was named. What is not known is left out, and said where it matters.
    """
    module = board.name if board is not None else ""
    wires = [("3.3 V", "------", "3V3", "", ""), ("GND", "------", "GND", "", "")]
    if other.rx and other.tx:
        wires.append(("TX", "----->", other.rx, "", _("the chip receives here")))
        wires.append(("RX", "<-----", other.tx, "", _("the chip sends here")))
    if other.strap:
        wires.append((other.level, "- - - ", other.strap, "", _("while the chip starts")))
    lines = _drawn(f"{module} ({other.name})" if module else other.name, wires)
    if not (other.rx and other.tx):
        lines.append("  " + _("Which of its pins to use is not known here: ask its tool's pages."))
    told = _lists_say(board) if board is not None else []
    return "\n".join([*lines, "", *told, *_way_to_free(other), "", _warning()])


def _way_to_free(other: OtherChip) -> list[str]:
    firmware = ", ".join(other.firmware)
    rows = _by_plugsmith(other)
    if firmware:
        rows.append(_("Free firmware for it: {firmware}.", firmware=firmware))
    else:
        rows.append(_("No free firmware for it is known here."))
    if other.tool:
        rows.append(_("Tool: {tool}", tool=other.tool))
    if other.install:
        rows.append(_("Get it: {command}", command=other.install))
    if other.backup:
        rows.append(_("Back up first: {command}", command=other.backup))
    if other.flash:
        rows.append(_("Then write: {command}", command=other.flash))
    rows.append(_("This way is known from: {evidence}", evidence="; ".join(other.evidence)))
    return [f"  {row}" for row in rows]


def _by_plugsmith(other: OtherChip) -> list[str]:
    """What Plugsmith does on this chip; a program that is told how to back it up is a bridge."""
    if other.name in {item.name for item in chips()}:
        return [_("`plugsmith backup` reads this chip; Plugsmith does not write it.")]
    if not other.backup:
        return [_("Plugsmith cannot work on this chip.")]
    return [
        _(
            "Plugsmith runs {tool} for you, compares two reads, and reads what was written:",
            tool=other.tool,
        ),
        *(f"  {command}" for command in bridge_commands(other)),
    ]


def bridge_commands(other: OtherChip) -> tuple[str, ...]:
    """Commands of ours that let the chip's tool work on it; none where there is no such tool."""
    if not other.backup:
        return ()
    # esptool finds out by itself which chip it is; the name that was heard may be too coarse
    via = "--via esptool" if other.tool == "esptool" else f"--via {other.tool} --chip {other.name}"
    return (f"plugsmith backup {via} -o backup.bin", f"plugsmith flash IMAGE {via}")


def _warning() -> str:
    return "  " + _("All signals are 3.3 V. Never connect anything while mains is near.")


def _drawn(title: str, wires: Sequence[tuple[str, str, str, str, str]]) -> list[str]:
    """Adapter pin, arrow, signal, place, remark, in columns."""
    width = max(len(_("adapter")), *(len(wire[0]) for wire in wires))
    lines = [f"  {_('adapter'):<{width}}          {title}"]
    for name, arrow, signal, *notes in wires:
        about = "  ".join(part for part in notes if part)
        lines.append(f"  {name:<{width}}  {arrow}  {signal:<4} {about}".rstrip())
    return lines


def _place(pad: Pad | None) -> str:
    if pad is None:
        return ""
    number = _("pin {number}", number=pad.number) if pad.number is not None else ""
    return ", ".join(part for part in (number, said(pad.where), said(pad.note)) if part)


def _rows(board: ModuleBoard) -> list[str]:
    """The numbered pads of each side, in order; test points have no place in a row."""
    sides: dict[str, list[Pad]] = {}
    for pad in board.pads:
        if pad.number is not None:
            sides.setdefault(pad.where.split(",")[0], []).append(pad)
    lines: list[str] = []
    for side, pads in sides.items():
        lines += _row(side, sorted(pads, key=lambda pad: pad.number or 0))
    return lines


def _row(side: str, pads: Sequence[Pad]) -> list[str]:
    border = "+" + "-" * (_CELL * len(pads) + 1) + "+"
    numbers = "".join(f"{pad.number:^{_CELL}}" for pad in pads)
    signals = "".join(f"{pad.signal:^{_CELL}}" for pad in pads)
    head = _("{side}, pins in this order (others are left out):", side=said(side))
    return [f"  {head}", f"  {border}", f"  | {numbers}|", f"  | {signals}|", f"  {border}"]
