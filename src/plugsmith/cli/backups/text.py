"""The results of the verbs about backups, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import columns
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.backups.results import (
        BackupsResult,
        ExportResult,
        LabelResult,
        PruneResult,
        StoredBackup,
    )

_KIB = 1024


def list_text(found: BackupsResult) -> str:
    """The result of `backups list`."""
    if not found.backups:
        return _("No backup fits. `plugsmith backup` makes one of a plug on wires.")
    heads = (_("Name"), _("Made (UTC)"), _("MAC"), _("Size"), _("Label"), _("Note"))
    rows = [
        (
            row.name,
            row.created[:16].replace("T", " "),
            row.mac,
            f"{row.size // _KIB} KiB",
            row.label,
            _remarks(row),
        )
        for row in found.backups
    ]
    lines = [columns(heads, rows), ""]
    if found.checked:
        sound = sum(row.state == "sound" for row in found.backups)
        lines.append(
            _(
                "{sound} of {count} hold exactly the bytes that were proven when they were read.",
                sound=sound,
                count=len(found.backups),
            )
        )
    lines.append(_("Put one back: plugsmith restore NAME. Its pins: plugsmith dump config NAME."))
    return "\n".join(lines)


def label_text(found: LabelResult) -> str:
    """The result of `backups label`."""
    if found.label is None and found.note is None:
        return _("{name} has neither label nor note now.", name=found.name)
    lines = []
    if found.label is not None:
        lines.append(_("{name} is called {label}.", name=found.name, label=found.label))
    if found.note is not None:
        lines.append(_("Note on {name}: {note}", name=found.name, note=found.note))
    return "\n".join(lines)


def export_text(found: ExportResult) -> str:
    """The result of `backups export`."""
    lines = [
        _("{name}: {files}", name=row.name, files=", ".join(row.files)) for row in found.exported
    ]
    lines += [
        _("Each copy in {folder} is equal to what was proven.", folder=found.folder),
        _(
            "A backup holds the Wi-Fi password of its device. For others, make a clean copy: "
            "plugsmith dump sanitize NAME -o FILE"
        ),
    ]
    return "\n".join(lines)


def prune_text(found: PruneResult) -> str:
    """The result of `backups prune`."""
    if not found.removed:
        return _("Nothing to remove: all {count} backups stay.", count=found.kept)
    names = "\n".join(f"  {row.name}" for row in found.removed)
    size = found.freed // _KIB
    if found.dry_run:
        head = _("These would go ({size} KiB); {count} stay:", size=size, count=found.kept)
        return f"{head}\n{names}\n" + _("Do it: the same command without --dry-run.")
    head = _("These are gone ({size} KiB freed); {count} stay:", size=size, count=found.kept)
    return f"{head}\n{names}"


def _remarks(row: StoredBackup) -> str:
    states = {
        "missing": _("THE FILE IS MISSING"),
        "changed": _("THE FILE WAS CHANGED"),
        "other-size": _("THE FILE HAS ANOTHER SIZE"),
    }
    first = _("first of this device") if row.first else ""
    other = ""
    if row.program is not None:
        other = _("{chip}, read twice by {program}", chip=row.chip, program=row.program)
    texts = (states.get(row.state, ""), first, other, row.note or "")
    return "; ".join(text for text in texts if text)
