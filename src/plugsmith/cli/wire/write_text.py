"""The closing words of flash, restore, write and erase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact


def write_text(data: dict[str, Fact]) -> str:
    """What happened, where the backup lies, and how to undo it."""
    rows = table(
        [
            (_("Device"), str(data["chip"])),
            (_("Known"), str(data.get("looks_like") or "")),
            (_("Written"), _image(data["image"])),
            (_("Changed"), _changes(data["plan"])),
            (_("Verified"), _("yes") if data["verified"] else _("nothing was changed (dry run)")),
            (_("Boots"), _boots(data) if data["verified"] else ""),
            (_("Backup"), _backup(data["backup"])),
            (_("Undo"), str(data["undo"] or "")),
        ]
    )
    return rows if data["verified"] else rows + "\n\n" + _checks(data["checks"])


def _checks(checks: Fact) -> str:
    """The preflight list of a dry run, one sentence a check."""
    words = {"pass": _("ok"), "refuse": _("refused"), "needs-permission": _("needs permission")}
    found = [item for item in checks if isinstance(item, dict)] if isinstance(checks, list) else []
    lines = [f"  {words.get(str(item['verdict']), '?'):<18}{item['text']}" for item in found]
    return "\n".join([_("Checks before the write:"), *lines]) if lines else ""


def _image(image: Fact) -> str:
    if not isinstance(image, dict):
        return ""
    name = image.get("file") or ""
    words = [str(image[key]) for key in ("firmware", "version") if image.get(key)]
    return f"{name} ({' '.join(words)})" if words else str(name)


def _changes(plan: Fact) -> str:
    steps = [step for step in plan if isinstance(step, dict)] if isinstance(plan, list) else []

    def kib(action: str) -> int:
        lengths = [step["length"] for step in steps if step["action"] == action]
        return sum(length for length in lengths if isinstance(length, int)) // 1024

    return _(
        "{write} KiB written, {erase} KiB erased, {equal} KiB were equal already, {keep} KiB kept",
        write=kib("write"),
        erase=kib("erase"),
        equal=kib("skip-equal"),
        keep=kib("keep"),
    )


def _boots(data: dict[str, Fact]) -> str:
    match data["booted"]:
        case True:
            return _("yes, its start was seen")
        case False:
            return _("no")
        case _:
            return _("not seen; look for its access point or LED")


def _backup(backup: Fact) -> str:
    return str(backup["file"]) if isinstance(backup, dict) else _("none")
