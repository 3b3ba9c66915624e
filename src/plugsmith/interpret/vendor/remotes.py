"""Infrared and 433 MHz parts (upk-mapping.md section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.interpret.vendor.draft import Draft

_RECEIVERS = ("irpin", "ir", "infrr", "ir_pin")
_SENDERS = ("infre",)
_RADIO = ("remote_io",)


def read_remotes(draft: Draft) -> None:
    """Receivers and senders; they need no channel."""
    for key in _RECEIVERS:
        draft.place(key, Function.IR_RECEIVER)
    for key in _SENDERS:
        draft.place(key, Function.IR_SENDER)
    for key in _RADIO:
        draft.place(key, Function.RF_RECEIVER)
    if draft.has(Function.IR_RECEIVER) and draft.settings.has_any(r"irk\d+val|irfun[sS]et"):
        draft.remark(
            _(
                "The vendor's text holds the key codes of the remote control that came with the "
                "device; they can be turned into event handlers by hand."
            )
        )
