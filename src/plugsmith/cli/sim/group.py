"""`plugsmith sim`: a simulated chip on a pseudo-terminal or a TCP port, for any client."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.cli.sim.openbeken import (
    DeviceCount,
    HttpAddress,
    LoadWatts,
    OpenBekenChoice,
    OpenBekenRequest,
    sim_openbeken,
)
from plugsmith.errors import Fact, UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.sim.chip.board import BoardRequest, SimBoard
    from plugsmith.sim.ports.endpoint import Endpoint

app = typer.Typer(rich_markup_mode=None)

ChipName = Annotated[
    str | None,
    typer.Option(
        "--chip",
        envvar="PLUGSMITH_CHIP",
        help=_("bk7231t, bk7231n, bk7231m, bk7231u, bk7231q, bk7238, bk7252 or bk7252n."),
    ),
]
FlashFileOption = Annotated[
    Path | None,
    typer.Option(
        "--flash",
        metavar="FILE",
        help=_(
            "What is in the flash: a full dump. It is changed like a real chip's. Left out: a "
            "made-up factory flash in memory, to practise with."
        ),
    ),
]
BootName = Annotated[
    str | None,
    typer.Option(
        "--boot",
        metavar="NAME",
        help=_("The boot code that answers, whatever is in the flash: t-1.0.5, q, n-rom ..."),
    ),
]
TcpAddress = Annotated[
    str | None,
    typer.Option(
        "--tcp",
        metavar="HOST:PORT",
        help=_("Serve on TCP, for socket:// and rfc2217:// clients alike; port 0 takes any."),
    ),
]
FaultNames = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="NAME",
        help=_(
            "Something that goes wrong: drop, flip, duplicate, delay, noise, echo, silent, "
            "boot-loop, stuck-protection, reply-loss, brown-out, reset, vanish, weak-sector, "
            "random. Repeatable."
        ),
    ),
]


@app.command("sim", help=_("A simulated chip on a pseudo-terminal or TCP port, for any client."))
def sim(
    *,
    chip: ChipName = None,
    flash: FlashFileOption = None,
    boot: BootName = None,
    tcp: TcpAddress = None,
    pty: Annotated[
        bool, typer.Option("--pty", help=_("Serve on a pseudo-terminal (the default)."))
    ] = False,
    link: Annotated[
        Path | None,
        typer.Option("--link", metavar="PATH", help=_("A stable path to the pseudo-terminal.")),
    ] = None,
    log: Annotated[
        bool, typer.Option("--log/--no-log", help=_("Serve UART2, the chip's log, as well."))
    ] = True,
    fault: FaultNames = None,
    seed: Annotated[int, typer.Option("--seed", help=_("Where and how the faults strike."))] = 0,
    paced: Annotated[
        bool, typer.Option("--paced", help=_("Bytes take as long as on a real wire."))
    ] = False,
    latency: Annotated[
        float | None,
        typer.Option(
            "--latency",
            min=0,
            max=1000,
            metavar="MS",
            help=_("Of the USB adapter; 1 ms on a paced wire unless given."),
        ),
    ] = None,
    speed: Annotated[
        float,
        typer.Option(
            "--speed", min=0, max=100, help=_("Factor on erase, program and CRC times; 0: none.")
        ),
    ] = 1.0,
    jedec: Annotated[
        str | None, typer.Option("--id", metavar="HEX", help=_("The flash part's id: C84015."))
    ] = None,
    uart: Annotated[
        str,
        typer.Option(
            "--uart",
            help=_(
                "What the application does on the download UART: silent, console, tuyamcu, adr, "
                "sdk-reset, chatter or noise."
            ),
        ),
    ] = "silent",
    lines: Annotated[
        str, typer.Option("--lines", help=_("RFC 2217 line wired to CEN: none, rts, dtr, both."))
    ] = "none",
    power: Annotated[
        str,
        typer.Option(
            "--power",
            help=_(
                "held: in reset until a client's first byte; kept: so for the first client only; "
                "running: the application runs and nobody resets it."
            ),
        ),
    ] = "held",
    raw_baud: Annotated[
        int | None,
        typer.Option("--raw-baud", min=300, help=_("Fixed rate of socket:// clients.")),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help=_("Never change the flash file."))
    ] = False,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            help=_(
                "fast: our simulator; emu: the boot code of a T, U or Q dump itself, executed in "
                "the CPU emulator (extra emu)."
            ),
        ),
    ] = "fast",
    openbeken: OpenBekenChoice = False,
    http: HttpAddress = "127.0.0.1:0",
    count: DeviceCount = 1,
    watts: LoadWatts = 60.0,
    as_json: JsonOption = False,
) -> None:
    if openbeken:
        request = OpenBekenRequest(
            http=http, count=count, watts=watts, chip=chip, flash=flash, faults=tuple(fault or ())
        )
        sim_openbeken(request, as_json=as_json)

    def emulated(session: Session) -> dict[str, Fact]:
        from plugsmith.cli.sim.emu import emu_chip, serve_emulated

        name = emu_chip(chip, flash)
        assert flash is not None
        port = _endpoint(tcp, link, vanishes=False, raw_baud=raw_baud)
        try:
            log_port = _log_endpoint(tcp) if log else None
            return serve_emulated(session, chip=name, flash=flash, ports=(port, log_port))
        finally:
            port.close()

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.sim.chip.board import BoardRequest
        from plugsmith.sim.timing import SERVED, UNATTENDED

        request = BoardRequest(
            chip=chip or ("" if flash or boot else "bk7231t"),
            flash=flash,
            boot=boot,
            jedec=jedec,
            paced=paced,
            latency_s=None if latency is None else latency / 1000,
            speed=speed,
            patience=UNATTENDED if power == "running" else SERVED,
            uart=uart,
            held=power != "running",
            faults=tuple(fault or ()),
            seed=seed,
            keep=read_only,
        )
        if pty and tcp:
            raise UsageError(problem=_("--pty and --tcp exclude each other"))
        if lines not in ("none", "rts", "dtr", "both"):
            raise UsageError(problem=_("--lines is none, rts, dtr or both"))
        if power not in ("held", "kept", "running"):
            raise UsageError(problem=_("--power is held, kept or running"))
        board = _board(request)
        port = _endpoint(tcp, link, vanishes="vanish" in (fault or ()), raw_baud=raw_baud)
        try:
            log_port = _log_endpoint(tcp) if log else None
            return _serve(session, board, (port, log_port), (power, lines))
        finally:
            port.close()

    def render(data: dict[str, Fact]) -> str:
        if engine == "emu":
            return _("The emulated chip was switched off after {sessions} sessions.", **data)
        return _(
            "The simulated chip was switched off after {sessions} sessions: {erased} sectors "
            "erased, {programmed} programs.",
            **data,
        )

    bodies = {"fast": body, "emu": emulated}
    if engine not in bodies:
        raise typer.BadParameter(_("--engine is fast or emu"))
    run("sim", bodies[engine], as_json=as_json, render=render)


def _board(request: BoardRequest) -> SimBoard:
    import secrets
    import time

    from plugsmith.api.practice import practice_flash
    from plugsmith.sim.chip.board import build_board

    content = practice_flash(request, serial=secrets.token_hex(4))
    return build_board(request, now=time.monotonic(), content=content)


def _endpoint(
    tcp: str | None, link: Path | None, *, vanishes: bool, raw_baud: int | None
) -> Endpoint:
    if tcp is not None:
        from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint

        host, number = _host_and_port(tcp)
        return TcpEndpoint(host, number, raw_baud=raw_baud)
    return _pty(link or (_temporary_link() if vanishes else None))


def _pty(link: Path | None) -> Endpoint:
    from plugsmith.sim.ports.pty_endpoint import PtyEndpoint

    try:
        return PtyEndpoint(link=link)
    except (ImportError, OSError) as problem:
        raise UsageError(
            problem=_("there are no pseudo-terminals here ({why}); use --tcp", why=str(problem))
        ) from problem


def _temporary_link() -> Path:
    import tempfile

    return Path(tempfile.mkdtemp(prefix="plugsmith-sim-")) / "port"


def _log_endpoint(tcp: str | None) -> Endpoint:
    if tcp is None:
        return _pty(None)
    from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint

    host, number = _host_and_port(tcp)
    return TcpEndpoint(host, number + 1 if number else 0)


def _host_and_port(text: str) -> tuple[str, int]:
    host, _colon, number = text.removeprefix("socket://").rpartition(":")
    if not number.isdigit() or int(number) > 65_534:
        raise UsageError(problem=_("--tcp needs HOST:PORT, not {text}", text=text))
    return host or "127.0.0.1", int(number)


def _serve(
    session: Session,
    board: SimBoard,
    ports: tuple[Endpoint, Endpoint | None],
    wiring: tuple[str, str],
) -> dict[str, Fact]:
    import signal

    from plugsmith.cli.jsonl import JsonSink
    from plugsmith.clock import RealClock
    from plugsmith.events import Log, Ready
    from plugsmith.sim.flash.nor import OpKind
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
    before = signal.signal(signal.SIGTERM, lambda _signum, _frame: session.cancel.cancel())
    try:
        for note in board.notes:
            session.sink.emit(Log(message=note))
        ready = Ready(
            port=port.address, log_port=log_port.address if log_port else None, boot=board.boot
        )
        JsonSink().emit(ready)  # always on stdout: scripts wait for this line
        server.run(lambda: session.cancel.cancelled)
    finally:
        signal.signal(signal.SIGTERM, before)
        if log_port is not None:
            log_port.close()
    kinds = [item.kind for item in board.chip.nor.operations]
    return {
        "boot": board.boot,
        "sessions": port.sessions,
        "erased": sum(board.chip.nor.erase_counts.values()),
        "programmed": kinds.count(OpKind.PROGRAM),
        "resets": board.chip.resets,
        "struck": list(board.chip.faults.struck),
    }
