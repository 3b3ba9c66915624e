"""`flash --via`: read, secure, check, plan, let another program write, and read again for proof."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import plugsmith
from plugsmith.chips.catalog import chip as beken_chip
from plugsmith.errors.link import ProgramTooOld, ViaNotVerified
from plugsmith.events import Log, Warning_
from plugsmith.flows.bridge.checks import ViaSubject, lock_checks, own_read, via_checks
from plugsmith.flows.bridge.commands import INSTALL, ViaProgram, read_command
from plugsmith.flows.bridge.half_written import begun_write, refuse_half_written
from plugsmith.flows.bridge.image import read_via_image
from plugsmith.flows.bridge.program import find_program
from plugsmith.flows.bridge.reading import Desk, compare, local_port
from plugsmith.flows.bridge.results import ViaFlashResult
from plugsmith.flows.bridge.said import known_name
from plugsmith.flows.bridge.target import expected, runs_of, via_target
from plugsmith.flows.now import now_text
from plugsmith.flows.permissions import Permission
from plugsmith.flows.wire.connected import warn_about_mains
from plugsmith.flows.wire.results import BackupRow, SpanRow, check_rows
from plugsmith.flows.write.checks.preflight import allowed_anyway, doubts, require
from plugsmith.flows.write.source import sha256
from plugsmith.library.home import refusal
from plugsmith.library.via_backups import passport_of, passport_path
from plugsmith.library.via_writes import BegunWrite
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.bridge.image import ViaImage
    from plugsmith.flows.permissions import Permissions
    from plugsmith.flows.write.checks.preflight import PreflightCheck
    from plugsmith.flows.write.target_image import Segment, TargetImage
    from plugsmith.library.library import Library


_CHANGES = (Permission.RF, Permission.MAC, Permission.BOOTLOADER, Permission.KEY_MISMATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaFlash:
    """What is asked of one run; `consent` returns if the user agrees."""

    program: str
    port: str
    chip: str | None
    baud: int | None = None
    image: Path
    dry_run: bool
    permissions: Permissions
    library: Library
    clock: Clock
    sink: EventSink
    cancel: CancelToken
    consent: Callable[[str, str], None]


def flash_via(asked: ViaFlash) -> ViaFlashResult:
    """Write the image with the installed program; what is not to change is proven to be as before.

    Raises exit-9 errors for the file and UsageError before anything runs; then ProgramMissing,
    ProgramFailed, NothingRead, ReadsDiffer, NotWholeRead, PreflightRefused, ConsentMissing,
    ViaNotVerified, OtherDevice, HalfWritten, JobUnreadable, DeviceInUse, NoSpaceLeft, Cancelled.
    """
    image = read_via_image(asked.image)
    read_command(asked.program, asked.chip)
    path = find_program(asked.program, install=INSTALL[asked.program])
    local_port(asked.program, asked.port)
    warn_about_mains(asked.sink)
    via = ViaProgram(
        name=asked.program, path=path, port=asked.port, chip=asked.chip, baud=asked.baud
    )
    desk = Desk(program=via, clock=asked.clock, sink=asked.sink, cancel=asked.cancel)
    with asked.library.via_rooms.port_room(asked.port) as (desk.lock, desk.room):
        return _Run(asked, image, desk).whole()


class _Run:
    """One run, from the first read to the last."""

    def __init__(self, asked: ViaFlash, image: ViaImage, desk: Desk) -> None:
        self._asked = asked
        self._image = image
        self._desk = desk
        self._began_s = asked.clock.monotonic()
        self._begun: BegunWrite | None = None  # by this run

    def whole(self) -> ViaFlashResult:
        """All steps."""
        asked, desk = self._asked, self._desk
        waived = Permission.NO_BACKUP in asked.permissions
        content = desk.read("via-1", _("Reading the flash with {program}", program=asked.program),
                            stays=True, blank=waived)  # fmt: skip
        refuse_half_written(asked.library.jobs, content, chip=self._chip)
        begun = begun_write(asked.library, desk, content)
        checks = self._check(content)
        backup = None if asked.dry_run else self._secure(content, keep=not waived)
        target = via_target(self._image, content, chip=self._chip, permissions=asked.permissions)
        ours = beken_chip(self._chip or "") if self._image.beken is not None else None
        runs = runs_of(target, content, chip=ours)
        wanted = expected(target, content)
        # not to the half of what was begun
        undo = begun.undo if begun is not None else self._undo(backup)
        if runs and not asked.dry_run:
            self._consent(runs)
            try:
                self._write(runs, begun, backup, undo)
                self._prove(wanted, undo)
            except BaseException:  # a second Ctrl-C and a full disk leave the same half
                if self._desk.wrote:
                    self._tell_half(undo)
                raise
        if not asked.dry_run:
            done = [write for write in (begun, self._begun) if write is not None]
            asked.library.via_writes.settle(desk.board, content, *done)
        if begun is not None and begun.before() == wanted:
            undo = ""  # this was the way back
        return self._result(checks, backup, target, runs, undo)

    @property
    def _chip(self) -> str | None:
        """What the program said counts more than what the user did."""
        return self._desk.said.chip or self._named

    @property
    def _named(self) -> str | None:
        named = self._asked.chip
        return known_name(named).upper() if named is not None else None

    def _check(self, content: bytes) -> list[PreflightCheck]:
        subject = ViaSubject(
            image=self._image,
            passport=passport_of(self._asked.image),
            program=self._asked.program,
            named=self._named,
            chip=self._chip,
            said=self._desk.said,
            content=content,
        )
        checks = via_checks(subject)
        require(checks, self._asked.permissions)
        if not own_read(subject):  # that is already as the chip wants it
            self._desk.ask_locks()
            checks += lock_checks(subject)
            require(checks, self._asked.permissions)
        for check in allowed_anyway(checks, self._asked.permissions):
            self._warn("PS-NOTE-ALLOWED", check.text)
        for check in doubts(checks):
            self._warn("PS-NOTE-DOUBT", check.text, hint=check.remedy)
        return checks

    def _secure(self, content: bytes, *, keep: bool) -> BackupRow | None:
        """A stored read that holds exactly this, or a second read that agrees.

        Without `keep` nothing is stored, but the read is proven all the same: what the write is
        to leave as it is comes from it.
        """
        store, program = self._asked.library.via, self._asked.program
        known = store.find(content, program=program, mac=self._desk.said.mac)
        if known is None:
            self._desk.again()
            title = _("Reading with {program}, {turn} of {n}", program=program, turn=2, n=2)
            compare(content, self._desk.read("via-2", title, stays=True, blank=not keep))
        if not keep:
            return None
        file = known or self._store(content)
        passport = passport_of(file)
        return BackupRow(
            file=str(file),
            passport=str(passport_path(file)),
            sha256=sha256(content),
            created=passport.created if passport is not None else "",
            made_now=known is None,
        )

    def _store(self, content: bytes) -> Path:
        made_by = f"Plugsmith {plugsmith.__version__}"
        created = now_text(self._asked.clock)
        digest = sha256(content)
        passport = self._desk.passport(content, made_by=made_by, created=created, sha256=digest)
        return self._asked.library.via.add(content, passport)

    def _undo(self, backup: BackupRow | None) -> str:
        if backup is None:
            return ""
        asked = self._asked
        words = ["plugsmith", "flash", backup.file, "--via", asked.program, "--port", asked.port]
        if asked.chip is not None:
            words += ["--chip", asked.chip]
        if self._image.beken is not None:  # what was allowed to change has to change back
            allow = [item for item in _CHANGES if item in asked.permissions]
        else:  # without an address nobody but the user can tell whose it is
            allow = [Permission.RF] if self._desk.said.mac is None else []
        return shlex.join([*words, *(word for item in allow for word in ("--allow", item.value))])

    def _consent(self, runs: list[Segment]) -> None:
        question = _(
            "{program} will write {kib} KiB to the {chip} on {port}. Go on?",
            program=self._asked.program,
            kib=sum(len(run.data) for run in runs) // 1024,
            chip=self._chip or "?",
            port=self._asked.port,
        )
        self._asked.consent(question, _("writing with another program"))

    def _remember(
        self,
        runs: list[Segment],
        begun: BegunWrite | None,
        backup: BackupRow | None,
        undo: str,
    ) -> None:
        """So that a later run knows the way back, should nobody be left to tell it in this one."""
        if begun is not None:  # the way back from its half is the way back from this one's
            started, before = begun.started, begun.backup
        elif backup is not None:
            started, before = now_text(self._asked.clock), str(Path(backup.file).absolute())
        else:
            return
        self._begun = BegunWrite(
            board=self._desk.board,
            started=started,
            backup=before,
            undo=undo,
            runs=tuple((run.start, len(run.data), sha256(run.data)) for run in runs),
        )
        self._asked.library.via_writes.begin(self._begun)

    def _write(
        self,
        runs: list[Segment],
        begun: BegunWrite | None,
        backup: BackupRow | None,
        undo: str,
    ) -> None:
        with TemporaryDirectory(prefix="plugsmith-", dir=self._desk.room) as folder:
            files = []
            for run in runs:
                file = Path(folder) / f"at-{run.start:06x}.bin"
                try:
                    file.write_bytes(run.data)
                except OSError as problem:
                    raise refusal(Path(folder), problem) from problem
                files.append((run, file))
            commands = self._desk.program.write(files, chip=self._desk.said.chip)
            self._remember(runs, begun, backup, undo)
            self._desk.wrote = True
            for turn, command in enumerate(commands, 1):
                title = _("Writing with {program}, {turn} of {n}",
                          program=self._asked.program, turn=turn, n=len(commands))  # fmt: skip
                try:
                    self._desk.run(f"via-write-{turn}", title, command)
                except ProgramTooOld:
                    if turn == 1:
                        self._nothing_done(begun)
                    raise

    def _nothing_done(self, begun: BegunWrite | None) -> None:
        """The program did not understand the first command: the flash is as it was read."""
        self._desk.wrote = False
        if begun is None and self._begun is not None:
            self._asked.library.via_writes.settle(self._desk.board, b"", self._begun)

    def _prove(self, wanted: bytes, undo: str) -> None:
        text = _("Written. Now it is read again: reset the chip if the program waits for it.")
        self._asked.sink.emit(Log(message=text))
        title = _("Reading it again with {program}", program=self._asked.program)
        held_now = self._desk.read("via-proof", title, stays=False, blank=True)
        if held_now == wanted:
            return
        bad = [
            AddressRange.sized(at, SECTOR_LEN)
            for at in range(0, len(wanted), SECTOR_LEN)
            if held_now[at : at + SECTOR_LEN] != wanted[at : at + SECTOR_LEN]
        ]
        raise ViaNotVerified(
            program=self._asked.program,
            count=len(bad),
            first=str(bad[0]) if bad else str(len(held_now)),
            undo=undo or "-",
        )

    def _tell_half(self, undo: str) -> None:
        self._warn(
            "PS-NOTE-VIA-HALF",
            _("The flash may be half old and half new now."),
            hint=_("Run the same command again. To go back instead: {undo}", undo=undo)
            if undo
            else _("Run the same command again."),
        )

    def _warn(self, code: str, message: str, hint: str = "") -> None:
        self._asked.sink.emit(Warning_(code=code, message=message, hint=hint, data={}))

    def _result(
        self,
        checks: list[PreflightCheck],
        backup: BackupRow | None,
        target: TargetImage,
        runs: list[Segment],
        undo: str,
    ) -> ViaFlashResult:
        return ViaFlashResult(
            program=self._asked.program,
            chip=self._chip,
            mac=self._desk.said.mac,
            image=self._image.row(),
            backup=backup,
            writes=tuple(SpanRow(start=run.start, length=len(run.data)) for run in runs),
            checks=check_rows(checks),
            verified=not self._asked.dry_run,
            undo=undo if runs else "",
            seconds=round(self._asked.clock.monotonic() - self._began_s, 3),
            notes=(*(f"{item.name}: {item.why}" for item in target.kept), *target.notes),
        )
