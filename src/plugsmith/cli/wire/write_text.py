"""The closing words of flash, restore, write and erase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.cli.wire.text import resets_row
from plugsmith.flows.image.results import ImageRow
from plugsmith.flows.wire.results import FlashResult
from plugsmith.flows.write.checks.preflight import PreflightOutcome
from plugsmith.flows.write.plan import Action
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.flows.bridge.results import ViaFlashResult
    from plugsmith.flows.wire.results import (
        BytesRow,
        CheckRow,
        EraseResult,
        PlanRow,
        SettingsRow,
        WriteResult,
    )


def _content_words(image: ImageRow | BytesRow | SettingsRow | None) -> str:
    """File name and firmware; what is no firmware is told by the other rows."""
    if not isinstance(image, ImageRow):
        return ""
    firmware = " ".join(word for word in (image.firmware, image.version) if word)
    return f"{image.file or ''} ({firmware})" if firmware else image.file or ""


def write_text(done: WriteResult) -> str:
    """The result of `write` and `restore`: what happened, the backup, how to undo it."""
    rows = table(
        [
            (_("Device"), done.chip),
            (_("Known"), (done.looks_like or "") if isinstance(done, FlashResult) else ""),
            (
                _("Written") if done.verified else _("To write"),
                _content_words(done.image),
            ),
            (
                _("Changed") if done.verified else _("Would change"),
                _changes(done.plan, would=not done.verified),
            ),
            (
                _("Verified"),
                _("yes") if done.verified else _("no: this was a dry run, nothing was changed"),
            ),
            (_("Boots"), _boots(done.booted) if done.verified else ""),
            (_("Backup"), done.backup.file if done.backup is not None else _("none")),
            (_("Undo"), done.undo if done.verified else ""),
            *resets_row(done.resets),
        ]
    )
    return rows if done.verified else rows + "\n\n" + _checks(done.checks)


def flash_text(done: FlashResult | ViaFlashResult) -> str:
    """The result of `flash`."""
    from plugsmith.flows.bridge.results import ViaFlashResult

    if isinstance(done, ViaFlashResult):
        return _via_text(done)
    if done.found is None:
        return write_text(done)
    here = _("It answers in your network as {name}: open {url}", name=done.found.name,
             url=done.found.url)  # fmt: skip
    switch = _("Try it: plugsmith device info {host}", host=done.found.host)
    return "\n".join([write_text(done), here, switch])


def _via_text(done: ViaFlashResult) -> str:
    changes = _("nothing: the flash holds all of it already")
    if done.writes:
        kib = sum(item.length for item in done.writes) // 1024
        changes = f"{kib} KiB"
    dry = _("no: this was a dry run, nothing was changed")
    proof = _("yes: {program} read the whole flash again, and every byte is as it should be",
              program=done.program)  # fmt: skip
    if not done.writes:
        proof = _("yes")
    rows = table(
        [
            (_("Device"), " ".join(word for word in (done.chip, done.mac) if word)),
            (_("Written") if done.verified else _("To write"), done.image.file),
            (_("Changed") if done.verified else _("Would change"), changes),
            (_("Verified"), proof if done.verified else dry),
            (_("Backup"), done.backup.file if done.backup is not None else _("none")),
            (_("Undo"), done.undo if done.verified else ""),
        ]
    )
    return rows if done.verified else rows + "\n\n" + _checks(done.checks)


def erase_text(done: EraseResult) -> str:
    """The result of `erase`."""
    return write_text(done)


def _checks(checks: tuple[CheckRow, ...]) -> str:
    """The preflight list of a dry run, one sentence a check."""
    words = {
        PreflightOutcome.PASS: _("ok"),
        PreflightOutcome.DOUBT: _("doubtful"),
        PreflightOutcome.REFUSE: _("refused"),
        PreflightOutcome.NEEDS_PERMISSION: _("needs permission"),
    }
    lines = [f"  {words[item.verdict]:<18}{item.text}" for item in checks]
    return "\n".join([_("Checks before the write:"), *lines]) if lines else ""


def _changes(plan: tuple[PlanRow, ...], *, would: bool) -> str:
    def kib(action: Action) -> int:
        return sum(step.length for step in plan if step.action is action) // 1024

    if not kib(Action.WRITE) and not kib(Action.ERASE):
        return _("nothing: the flash holds all of it already")
    words = (
        N_(
            "{write} KiB would be written, {erase} KiB erased; {equal} KiB are equal already, "
            "{keep} KiB are kept"
        )
        if would
        else N_(
            "{write} KiB written, {erase} KiB erased, {equal} KiB were equal already, {keep} KiB "
            "kept"
        )
    )
    return _(
        words,
        write=kib(Action.WRITE),
        erase=kib(Action.ERASE),
        equal=kib(Action.SKIP_EQUAL),
        keep=kib(Action.KEEP),
    )


def _boots(booted: bool | None) -> str:
    match booted:
        case True:
            return _("yes, its start was seen")
        case False:
            return _("no")
        case None:
            return _("not seen; look for its access point or LED")
