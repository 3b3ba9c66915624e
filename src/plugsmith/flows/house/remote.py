"""`device command`, `restart`, `logs` and `files`: single acts on running devices."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugsmith.errors import NothingFound, UsageError
from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.device.change.stages import Stages
from plugsmith.flows.device.context import on_each
from plugsmith.flows.house.results import (
    CommandAnswer,
    FileListing,
    FileRow,
    LogRead,
    RemovedFile,
    RestartedDevice,
    SentFile,
)
from plugsmith.lan.apply import files_size
from plugsmith.messages import _
from plugsmith.openbeken.settings import PRIVATE
from plugsmith.secrets import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.results import RunCounts
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk

_POLL_S = 1.0
_SCRIPTS = ("early.bat", "autoexec.bat")
_DEEPEST = 4
_HIDDEN = "***"


def command(ctx: LanContext, hosts: Sequence[Host], text: str) -> CommandAnswer | RunCounts:
    """Run a command on each device; what it answers. Several devices need consent."""
    if not text.strip():
        raise UsageError(problem=_("the command is empty"))
    _ask(ctx, hosts, _("Run this on {count} {count:device|devices}?", count=len(hosts)))

    async def one(_ctx: LanContext, obk: Obk, _number: int) -> CommandAnswer:
        answer = await obk.command(text.strip())
        return CommandAnswer(host=obk.host, answer=_shown(answer))

    return on_each(ctx, hosts, one)


def _shown(answer: object) -> Fact:
    """What a device answered, without the names and passwords of networks."""
    if isinstance(answer, dict):
        return {
            str(key): _HIDDEN if _is_private(str(key)) and value else _shown(value)
            for key, value in answer.items()
        }
    if isinstance(answer, list):
        return [_shown(item) for item in answer]
    if isinstance(answer, str):
        return redact(answer)
    return answer if isinstance(answer, (int, float)) else None


def _is_private(key: str) -> bool:
    plain = key.lower()
    return plain.startswith("ssid") or "password" in plain


def restart(ctx: LanContext, hosts: Sequence[Host]) -> RestartedDevice | RunCounts:
    """Restart each device and wait until it answers again, as itself."""
    _ask(ctx, hosts, _("Restart {count} {count:device|devices}?", count=len(hosts)))

    async def one(ctx: LanContext, obk: Obk, _number: int) -> RestartedDevice:
        before = await obk.info()
        stages = Stages(ctx, obk.host, resume=_("It comes back by itself: plugsmith device info"))
        with stages.told():
            stages.begins(_("It was told to restart."))
            after = await obk.restart_and_wait()
        return RestartedDevice(
            host=obk.host,
            name=after.short_name,
            up_before=before.uptime_s,
            up_now=after.uptime_s,
        )

    return on_each(ctx, hosts, one)


def logs(ctx: LanContext, host: Host, *, follow: bool, seconds: float | None = None) -> LogRead:
    """What the device has logged since it was last read; its secrets are masked.

    With `follow` until the user stops it, or for `seconds`.
    """

    async def work() -> LogRead:
        obk = ctx.obk(host)
        state = await state_of(ctx, obk)
        private = [str(state.settings.get(name) or "") for name in sorted(PRIVATE)]
        loop = asyncio.get_running_loop()
        end_s = loop.time() + seconds if seconds is not None else None
        count, rest = 0, ""
        while True:
            rest += (await obk.wire.act("/lograw")).text
            *lines, rest = rest.split("\n")
            if not follow:
                lines, rest = [*lines, rest] if rest else lines, ""
            for line in lines:
                ctx.say(without_secrets(line.rstrip("\r"), private))
            count += len(lines)
            over = end_s is not None and loop.time() >= end_s
            if not follow or over or ctx.cancel.cancelled:
                return LogRead(host=str(host), lines=count)
            await asyncio.sleep(_POLL_S)

    return ctx.run(work())


def without_secrets(line: str, private: Sequence[str]) -> str:
    """A line of a log without the device's own secrets, and redacted as everything is."""
    for value in sorted((text for text in private if text), key=len, reverse=True):
        line = line.replace(value, _HIDDEN)
    return redact(line)


def list_files(ctx: LanContext, host: Host) -> FileListing:
    """The files of a device with their sizes, how much room there is, and what runs at start."""

    async def work() -> FileListing:
        obk = ctx.obk(host)
        state = await state_of(ctx, obk)
        rows = await _walk(obk, "", _DEEPEST)
        names = {row.name for row in rows}
        return FileListing(
            host=str(host),
            files=tuple(rows),
            size=files_size(state),
            used=sum(row.size for row in rows),
            runs_at_start=tuple(name for name in _SCRIPTS if name in names),
        )

    return ctx.run(work())


async def _walk(obk: Obk, path: str, depth: int) -> list[FileRow]:
    listing = await obk.list_folder(path)
    rows: list[FileRow] = []
    for item in listing.entries if listing else ():
        inner = f"{path}/{item.name}" if path else item.name
        if item.folder and depth > 1:
            rows += await _walk(obk, inner, depth - 1)
        elif not item.folder:
            rows.append(FileRow(name=inner, size=item.size))
    return rows


def get_file(ctx: LanContext, host: Host, name: str) -> bytes:
    """A file of a device; NothingFound where there is none of that name."""

    async def work() -> bytes:
        obk = ctx.obk(host)
        await obk.info()
        size = await _size_of(obk, name)
        if size is None:
            raise NothingFound(what=name, name=str(host))
        return await obk.read_file(name, size=size)

    return ctx.run(work())


def put_file(ctx: LanContext, host: Host, name: str, data: bytes) -> SentFile:
    """Store a file on a device and read it back; replacing one needs consent."""
    check_name(name)

    async def look() -> int | None:
        obk = ctx.obk(host)
        await obk.info()
        return await _size_of(obk, name)

    if ctx.run(look()) is not None:
        ctx.consent(
            _("{name} is on {host} already. Replace it?", name=name, host=host),
            _("replacing a file of a device"),
        )

    async def work() -> SentFile:
        obk = ctx.obk(host)
        await obk.info()
        stages = Stages(ctx, obk.host)
        with stages.told():
            stages.begins(_("{name} may be half written.", name=name))
            await obk.write_file(name, data)
            back = await obk.read_file(name, size=len(data))
        return SentFile(host=str(host), file=name, size=len(data), verified=back == data)

    return ctx.run(work())


def remove_file(ctx: LanContext, host: Host, name: str) -> RemovedFile:
    """Remove a file; NothingFound where there is none."""
    check_name(name)
    ctx.consent(
        _("Remove {name} from {host}?", name=name, host=host), _("removing a file of a device")
    )

    async def work() -> RemovedFile:
        obk = ctx.obk(host)
        await obk.info()
        if await _size_of(obk, name) is None:
            raise NothingFound(what=name, name=str(host))
        await obk.delete_file(name)
        gone = await _size_of(obk, name) is None
        return RemovedFile(host=str(host), file=name, removed=gone)

    return ctx.run(work())


async def _size_of(obk: Obk, name: str) -> int | None:
    path = PurePosixPath(name)
    parent = "" if str(path.parent) == "." else str(path.parent)
    listing = await obk.list_folder(parent)
    return (
        next((x.size for x in listing.entries if x.name == path.name and not x.folder), None)
        if listing
        else None
    )


def check_name(name: str) -> None:
    """UsageError for what is no name: the file system takes short names without odd characters."""
    good = all(33 <= ord(mark) < 127 and mark not in '?&%#"\\' for mark in name)
    if not name or not good or len(name) > 64 or ".." in name.split("/") or name[0] == "/":
        raise UsageError(problem=_("{name!r} is no name for a file of a device", name=name[:80]))


def _ask(ctx: LanContext, hosts: Sequence[Host], question: str) -> None:
    if len(hosts) > 1:
        ctx.consent(question, _("acting on several devices"))
