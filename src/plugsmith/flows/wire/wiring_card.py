"""Which pad goes to which pin of the adapter, drawn with plain characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.chips.model import ModuleBoard, Pad

# adapter pin, arrow, signal of the module, remark
_WIRES = (
    (N_("3.3 V supply"), "------", "3V3", ""),
    ("GND", "------", "GND", ""),
    ("TX", "----->", "RX1", ""),
    ("RX", "<-----", "TX1", ""),
    (N_("touch GND"), "- - - ", "CEN", N_("for a moment, to reset")),
)
_CELL = 6


def wiring_card(board: ModuleBoard | None) -> str:
    """The wires for `board`, or the signals that every module has where it is not known."""
    pads = {pad.signal: pad for pad in board.pads} if board else {}
    title = f"{board.name} ({board.chip})" if board else _("module")
    width = max(len(_(name)) for name, _arrow, _signal, _remark in _WIRES)
    lines = [f"  {_('adapter'):<{width}}          {title}"]
    for name, arrow, signal, remark in _WIRES:
        place = _place(pads.get(signal))
        note = _(remark) if remark else ""
        about = "  ".join(part for part in (place, note) if part)
        lines.append(f"  {_(name):<{width}}  {arrow}  {signal:<4} {about}".rstrip())
    if board and board.pads:
        lines += ["", *_rows(board)]
    lines += ["", "  " + _("All signals are 3.3 V. Never connect anything while mains is near.")]
    return "\n".join(lines)


def _place(pad: Pad | None) -> str:
    if pad is None:
        return ""
    number = _("pin {number}", number=pad.number) if pad.number is not None else ""
    return ", ".join(part for part in (number, pad.where, pad.note) if part)


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
    head = _("{side}, pins in this order (others are left out):", side=side)
    return [f"  {head}", f"  {border}", f"  | {numbers}|", f"  | {signals}|", f"  {border}"]
