"""The verbs about RF calibration and MAC: requests and runners."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.chip import ChangeRequest, ChipRequest, flow_context
from plugsmith.api.lan import LoginRequest, lan_context
from plugsmith.api.library.names import named_file
from plugsmith.api.options import argument, option, request
from plugsmith.errors import UsageError
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.rf.look import FoundRf
    from plugsmith.flows.rf.results import RfResult, RfSaved
    from plugsmith.flows.wire.results import WriteResult

_FILE = N_("A dump, a saved sector, or a backup of your library; left out: the chip on the port.")
_MAC = re.compile(r"(?:[0-9a-fA-F]{2}([:-]?))(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}")


@request
class RfRequest(ChipRequest, LoginRequest):
    """A file, a running device, or the chip on the port."""

    file: str | None = argument(default=None, metavar="FILE", help=_FILE)
    host: str | None = option(
        default=None,
        metavar="HOST",
        judge="host",
        help=N_("A running OpenBeken device instead: its sector is read over the network."),
    )


@request
class RfSaveRequest(RfRequest):
    """Where the sector goes."""

    output: Path = option(
        "--output", "-o", metavar="FILE", help=N_("The file to write: 4096 bytes.")
    )


@request
class RfPutBackRequest(ChangeRequest):
    """The backup, or saved sector, that calibration and address come from."""

    backup: str | None = argument(
        default=None,
        metavar="BACKUP",
        help=N_(
            "A backup or a saved sector of this very device. Left out: the only device in your "
            "library that it can be."
        ),
    )


@request
class RfSetMacRequest(ChangeRequest):
    """The new address."""

    mac: str = argument(metavar="MAC", help=N_("The new address, such as C8:47:8C:12:34:56."))


@request
class RfRebuildRequest(ChangeRequest):
    """The address of the new sector."""

    mac: str | None = option(
        default=None,
        metavar="MAC",
        help=N_("The device's address, if you know it. Left out: a new one is made up."),
    )


def show(session: Session, request: RfRequest) -> RfResult:
    """`rf show`."""
    from plugsmith.flows.rf import look

    return look.show(_found(session, request), session.library)


def save(session: Session, request: RfSaveRequest) -> RfSaved:
    """`rf save`."""
    from plugsmith.flows.rf import look
    from plugsmith.library.home import check_output

    check_output(request.output)
    return look.save(_found(session, request), request.output)


def put_back(session: Session, request: RfPutBackRequest) -> WriteResult:
    """`rf put-back`."""
    from plugsmith.flows.rf import change

    context = flow_context(session, request)
    path = named_file(session, request.backup) if request.backup else None
    return change.put_back(context, path, dry_run=request.dry_run).result()


def set_mac(session: Session, request: RfSetMacRequest) -> WriteResult:
    """`rf set-mac`."""
    from plugsmith.flows.rf import change

    mac = _address(request.mac)
    context = flow_context(session, request)
    return change.set_mac(context, mac, dry_run=request.dry_run).result()


def rebuild(session: Session, request: RfRebuildRequest) -> WriteResult:
    """`rf rebuild`."""
    import secrets

    from plugsmith.flows.rf import change

    if request.mac is not None:
        new = change.NewRf(mac=_address(request.mac), chosen=True)
    else:  # the second bit says that no maker gave it: it is in nobody's way
        new = change.NewRf(mac=b"\x02" + secrets.token_bytes(5), chosen=False)
    context = flow_context(session, request)
    return change.rebuild(context, new, dry_run=request.dry_run).result()


def _found(session: Session, request: RfRequest) -> FoundRf:
    from plugsmith.flows.rf import look

    if request.host is not None:
        from plugsmith.flows.device.live_flash import rf_of_running

        if request.file is not None or request.port is not None:
            raise UsageError(problem=_("--host takes the place of FILE and --port"))
        return rf_of_running(lan_context(session, request), request.host)
    if request.file is None:
        return look.rf_of_chip(flow_context(session, request))
    if request.port is not None:
        raise UsageError(problem=_("give a FILE or --port, not both"))
    return look.rf_of_file(named_file(session, request.file))


def _address(text: str) -> bytes:
    from plugsmith.chips.catalog import is_placeholder_mac
    from plugsmith.errors.radio import MacUnfit
    from plugsmith.tuya.rf_block import is_own_address

    mac = bytes.fromhex(re.sub("[:-]", "", text)) if _MAC.fullmatch(text) else b""
    if not is_own_address(mac) or is_placeholder_mac(mac):
        raise MacUnfit(text=text)
    return mac
