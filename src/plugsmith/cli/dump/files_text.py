"""The results of the `dump` verbs that make or compare files, and of `dump gpio`, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.many_text import files_counts_text
from plugsmith.code_words import told
from plugsmith.dump.repair import Undone
from plugsmith.flows.many import ManyResult
from plugsmith.memory import format_addr
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.cli.dump.shown import SanitizeShown
    from plugsmith.flows.dump.file_results import (
        DiffResult,
        ExtractedFile,
        ExtractResult,
        ForgeResult,
        RepairResult,
        SanitizeResult,
        UnreadRow,
    )
    from plugsmith.flows.image.results import GpioResult

_UNDONE = {
    Undone.ROTATION: N_("The rotation by {amount} bytes is undone."),
    Undone.SHIFT: N_("{amount} foreign bytes in front are taken away."),
    Undone.MISSING_FRONT: N_("{amount} missing bytes in front are filled with FF."),
    Undone.LOST_BYTES: N_("{amount} lost bytes are put back as FF into an erased gap."),
    Undone.EXTRA_BYTES: N_("{amount} extra bytes are taken out of an erased gap."),
    Undone.TRAILING: N_("{amount} bytes behind the end of the flash are cut off."),
}


def extract_text(found: ExtractResult | ManyResult) -> str:
    """The result of `dump extract`."""
    if isinstance(found, ManyResult):
        return files_counts_text(found)
    lines = [f"{item.size:>8}  {item.file}{_container(item)}" for item in found.files]
    end = _("{count} files are in {folder}.", count=len(found.files), folder=found.folder)
    if found.secrets:
        note = _("They hold passwords and keys in clear: do not share them.")
    elif found.withheld:
        note = _(
            "Partitions and code are left out: this file cannot be proven free of secrets. "
            "Add --show-secrets to get them all the same."
        )
    else:
        note = _("Passwords and keys are blanked in them; --show-secrets leaves them in.")
    return "\n".join([*lines, end, note])


def repair_text(made: RepairResult | ManyResult) -> str:
    """The result of `dump repair`."""
    if isinstance(made, ManyResult):
        return files_counts_text(made)
    done = [_(_UNDONE[item.what], amount=item.amount) for item in made.done]
    left = [_("Not repaired: {text}", text=item.text) for item in made.left]
    nothing = [_("The bytes were in order already; the copy is equal to the file.")]
    end = _("The copy is {file}, proven to hold everything that was found.", file=made.file)
    clean = _(
        "It comes from your library, so passwords and keys are blanked in it; "
        "--keep-secrets leaves them in."
    )
    return "\n".join([*(done or nothing), *left, end, *([clean] if made.sanitized else [])])


def sanitize_text(made: SanitizeResult | ManyResult, shown: SanitizeShown) -> str:
    """The result of `dump sanitize`."""
    if isinstance(made, ManyResult):
        return files_counts_text(made)
    if shown.summary:
        return made.summary
    removed = [
        f"  {item.count:>3} x {told(item.what.value)} ({told(item.where)})" for item in made.removed
    ]
    head = _("Removed:") if removed else _("Nothing private was in it.")
    unread = [_unread(item) for item in made.unread]
    proof = _(
        "Proven: none of {count} searches finds anything in the copy outside of program code; "
        "every record is intact, the pin text is identical.",
        count=made.searches,
    )
    end = (
        _("Nobody can say what is in the stretches that stay. Without --no-strict they go.")
        if any(item.state == "stays" for item in made.unread)
        else _("{file} can be shared.", file=made.file)
    )
    return "\n".join([head, *removed, *unread, proof, end])


def _unread(item: UnreadRow) -> str:
    text = (
        _("  {start}..{end} could not be read and stays")
        if item.state == "stays"
        else _("  {start}..{end} could not be read and was blanked")
    )
    return text.format(start=format_addr(item.start), end=format_addr(item.end))


def diff_text(found: DiffResult) -> str:
    """The result of `dump diff`."""
    if found.equal:
        return _("The two files are equal, byte by byte.")
    lines = [
        _(
            N_("{start}..{end}  {name}: {count} bytes in one sector differ")
            if item.sectors == 1
            else N_("{start}..{end}  {name}: {count} bytes in {sectors} sectors differ"),
            start=format_addr(item.start),
            end=format_addr(item.end),
            name=told(item.name),
            count=item.differing,
            sectors=item.sectors,
        )
        for item in found.regions
    ]
    lines += [
        f"{item.name} ({told(item.kind)}): {item.change} {', '.join(item.fields)}".rstrip()
        for item in found.records
    ]
    return "\n".join(lines)


def forge_text(made: ForgeResult) -> str:
    """The result of `dump forge`."""
    return _(
        "{file} is built: {contains}.", file=made.file, contains=", ".join(map(told, made.contains))
    )


def gpio_text(found: GpioResult) -> str:
    """The result of `dump gpio`."""
    lines = [found.meaning]
    for pin in found.pins:
        levels = "".join(map(str, pin.levels))
        note = _(", PWM") if pin.pwm else ""
        driven = _(", driven {levels}", levels=levels) if levels else ""
        lines.append(f"  P{pin.gpio:<3} {', '.join(pin.modes)}{note}{driven}")
    return "\n".join(lines)


def _container(item: ExtractedFile) -> str:
    container = item.facts.get("container")
    if not isinstance(container, dict):
        return ""
    return _("  (container {version}, body {body})", **container)
