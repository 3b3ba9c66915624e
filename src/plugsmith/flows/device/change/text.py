"""A change of a device in words: a line a setting, secrets as ***."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.messages import N_, _
from plugsmith.openbeken.flag_names import flag_name
from plugsmith.openbeken.flags import flag_bits
from plugsmith.openbeken.settings import PRIVATE
from plugsmith.secrets import redact

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.lan.change import ConfigChange


def change_lines(host: str, change: ConfigChange, *, would: bool = False) -> str:
    """What changes on a device; `would` is the tense of a dry run."""
    if not change.steps:
        return _("{host} is as wanted already.", host=host)
    head = N_("{host} would change:") if would else N_("{host} will change:")
    lines = [_(head, host=host)]
    for name, new in change.new.items():
        lines += difference_lines(name, change.old.get(name), new)
    if change.restart or change.restarts_itself:
        lines.append("  " + (_("Then it would restart.") if would else _("Then it restarts.")))
    return "\n".join(lines)


def difference_lines(name: str, old: Fact, new: Fact) -> list[str]:
    """One setting, or each entry of a table that differs."""
    if name in PRIVATE:
        return [f"  {name}: ***"]
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted({*old, *new}, key=lambda key: (len(key), key))
        return [
            f"  {name} {key}: {_word(old.get(key))} -> {_word(new.get(key))}"
            for key in keys
            if old.get(key) != new.get(key)
        ]
    if name == "flags" and isinstance(old, int) and isinstance(new, int):
        lines = [_flag_line(bit, new) for bit in flag_bits(old ^ new)]
        return lines or [f"  {name}: {old} -> {new}"]
    return [f"  {name}: {_word(old)} -> {_word(new)}"]


def _flag_line(bit: int, flags: int) -> str:
    state = _("on") if flags >> bit & 1 else _("off")
    return f"  flag {bit}: {state}  {flag_name(bit)}".rstrip()


def _word(value: Fact) -> str:
    return "-" if value in (None, "") else redact(str(value))
