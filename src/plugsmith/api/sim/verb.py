"""The `sim` verb: serves what was asked for until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.sim.esp import is_esp, serve_esp
from plugsmith.api.sim.makers import is_maker, serve_maker
from plugsmith.api.sim.places import chip_endpoint, log_endpoint
from plugsmith.api.sim.results import ChipSession
from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.api.sim.request import SimRequest
    from plugsmith.api.sim.results import EmulatedSession, HouseSession
    from plugsmith.sim.chip.board import BoardRequest, SimBoard
    from plugsmith.sim.ports.endpoint import Endpoint


def sim(session: Session, request: SimRequest) -> ChipSession | EmulatedSession | HouseSession:
    """`sim`; runs until the session is cancelled."""
    if request.openbeken:
        from plugsmith.api.sim.openbeken import serve_openbeken

        return serve_openbeken(session, request)
    match request.engine:
        case "fast" if request.spi:
            from plugsmith.api.sim.spi import serve_spi

            _check(request)
            return serve_spi(session, request, _board(_board_request(request)))
        case "fast" if is_esp(request.chip):
            _check(request)
            return serve_esp(session, request)
        case "fast" if is_maker(request.chip):
            _check(request)
            return serve_maker(session, request)
        case "fast":
            return _chip(session, request)
        case "emu":
            return _emulated(session, request)
        case _:
            raise UsageError(problem=_("--engine is fast or emu"))


def _emulated(session: Session, request: SimRequest) -> EmulatedSession:
    from plugsmith.api.sim.emulated import emu_chip, serve_emulated

    name, flash = emu_chip(request.chip, request.flash)
    port = chip_endpoint(request.tcp, request.link, vanishes=False, raw_baud=request.raw_baud)
    try:
        log_port = log_endpoint(request.tcp) if request.log else None
        return serve_emulated(session, chip=name, flash=flash, ports=(port, log_port))
    finally:
        port.close()


def _chip(session: Session, request: SimRequest) -> ChipSession:
    _check(request)
    board = _board(_board_request(request))
    port = chip_endpoint(
        request.tcp,
        request.link,
        vanishes="vanish" in request.fault,
        raw_baud=request.raw_baud,
    )
    try:
        log_port = log_endpoint(request.tcp) if request.log else None
        return _serve(session, board, (port, log_port), (request.power, request.lines))
    finally:
        port.close()


def _check(request: SimRequest) -> None:
    if request.pty and request.tcp:
        raise UsageError(problem=_("--pty and --tcp exclude each other"))
    if request.lines not in ("none", "rts", "dtr", "both"):
        raise UsageError(problem=_("--lines is none, rts, dtr or both"))
    if request.power not in ("held", "kept", "running"):
        raise UsageError(problem=_("--power is held, kept or running"))


def _board_request(request: SimRequest) -> BoardRequest:
    from plugsmith.sim.chip.board import BoardRequest
    from plugsmith.sim.timing import SERVED, UNATTENDED

    return BoardRequest(
        chip=request.chip or ("" if request.flash or request.boot else "bk7231t"),
        flash=request.flash,
        boot=request.boot,
        jedec=request.jedec,
        paced=request.paced,
        latency_s=None if request.latency is None else request.latency / 1000,
        speed=request.speed,
        patience=UNATTENDED if request.power == "running" else SERVED,
        uart=request.uart,
        held=request.power != "running",
        faults=request.fault,
        seed=request.seed,
        keep=request.read_only,
    )


def _board(request: BoardRequest) -> SimBoard:
    import secrets
    import time

    from plugsmith.api.practice import practice_flash
    from plugsmith.sim.chip.board import build_board

    content = practice_flash(request, serial=secrets.token_hex(4))
    return build_board(request, now=time.monotonic(), content=content)


def _serve(
    session: Session,
    board: SimBoard,
    ports: tuple[Endpoint, Endpoint | None],
    wiring: tuple[str, str],
) -> ChipSession:
    from plugsmith.clock import RealClock
    from plugsmith.events import Log, Ready
    from plugsmith.sim.ports.serve import Power, SimServer

    port, log_port = ports
    server = SimServer(
        board,
        RealClock(),
        port=port,
        log_port=log_port,
        power=Power(wiring[0]),
        lines=wiring[1],
    )
    try:
        for note in board.notes:
            session.sink.emit(Log(message=note))
        ready = Ready(
            port=port.address, log_port=log_port.address if log_port else None, boot=board.boot
        )
        session.announce(ready)
        server.run(lambda: session.cancel.cancelled)
    finally:
        if log_port is not None:
            log_port.close()
    return ChipSession.of(board, port.sessions)
