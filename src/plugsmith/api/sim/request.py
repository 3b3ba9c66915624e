"""What can be simulated, and how it is reached."""

from __future__ import annotations

from pathlib import Path

from plugsmith.api.options import option, request
from plugsmith.messages import N_
from plugsmith.records import Record


@request
class OpenBekenRequest(Record):
    """Devices that run OpenBeken, instead of a chip on a port; `watts` of the load."""

    openbeken: bool = option(
        default=False, help=N_("A plug with OpenBeken on HTTP instead of a chip on a port.")
    )
    http: str = option(
        default="127.0.0.1:0", metavar="HOST:PORT", help=N_("Where --openbeken listens.")
    )
    count: int = option(
        default=1,
        least=1,
        most=250,
        help=N_("So many of them, on successive addresses, or on free ports with port 0."),
    )
    watts: float = option(
        "--load",
        default=60.0,
        least=0,
        most=4000,
        metavar="WATTS",
        help=N_("Plugged into --openbeken."),
    )


@request
class SimRequest(OpenBekenRequest):
    """A chip; `latency` in milliseconds, `speed` a factor on erase, program and CRC times."""

    chip: str | None = option(
        default=None,
        env="PLUGSMITH_CHIP",
        help=N_(
            "bk7231t, bk7231n, bk7231m, bk7231u, bk7231q, bk7238, bk7252 or bk7252n; or esp8266 or "
            "esp32c3, which only wait for esptool; or ln882h, rtl8710b or rtl8720c, which only "
            "wait for ltchiptool."
        ),
    )
    flash: Path | None = option(
        default=None,
        metavar="FILE",
        help=N_(
            "What is in the flash: a full dump. It is changed like a real chip's. Left out: a "
            "made-up factory flash in memory, to practise with."
        ),
    )
    boot: str | None = option(
        default=None,
        metavar="NAME",
        help=N_("The boot code that answers, whatever is in the flash: t-1.0.5, q, n-rom ..."),
    )
    tcp: str | None = option(
        default=None,
        metavar="HOST:PORT",
        help=N_("Serve on TCP, for socket:// and rfc2217:// clients alike; port 0 takes any."),
    )
    pty: bool = option(default=False, help=N_("Serve on a pseudo-terminal (the default)."))
    link: Path | None = option(
        default=None, metavar="PATH", help=N_("A stable path to the pseudo-terminal.")
    )
    spi: bool = option(
        default=False,
        help=N_(
            "Serve the flash download pins (SPI) behind a serprog programmer instead of the UART, "
            "on TCP unless --pty is given."
        ),
    )
    cen: str = option(
        default="hand",
        choices=("hand", "cs1", "none"),
        help=N_(
            "With --spi, what pulls CEN: hand (somebody who taps it once a second until the "
            "chip is in the mode), cs1 (the programmer's second chip select) or none."
        ),
    )
    log: bool = option(
        "--log/--no-log", default=True, help=N_("Serve UART2, the chip's log, as well.")
    )
    fault: tuple[str, ...] = option(
        default=(),
        metavar="NAME",
        help=N_(
            "Something that goes wrong: drop, flip, duplicate, delay, noise, echo, silent, "
            "boot-loop, stuck-protection, reply-loss, brown-out, reset, vanish, weak-sector, "
            "random. Repeatable."
        ),
    )
    seed: int = option(default=0, help=N_("Where and how the faults strike."))
    paced: bool = option(default=False, help=N_("Bytes take as long as on a real wire."))
    latency: float | None = option(
        default=None,
        least=0,
        most=1000,
        metavar="MS",
        help=N_("Of the USB adapter; 1 ms on a paced wire unless given."),
    )
    speed: float = option(
        default=1.0,
        least=0,
        most=100,
        help=N_("Factor on erase, program and CRC times; 0: none."),
    )
    jedec: str | None = option(
        "--id", default=None, metavar="HEX", help=N_("The flash part's id: C84015.")
    )
    uart: str = option(
        default="silent",
        help=N_(
            "What the application does on the download UART: silent, console, tuyamcu, adr, "
            "sdk-reset, chatter or noise."
        ),
    )
    lines: str = option(
        default="none", help=N_("RFC 2217 line wired to CEN: none, rts, dtr, both.")
    )
    power: str = option(
        default="held",
        help=N_(
            "held: in reset until a client's first byte; kept: so for the first client only; "
            "running: the application runs and nobody resets it."
        ),
    )
    raw_baud: int | None = option(
        default=None, least=300, help=N_("Fixed rate of socket:// clients.")
    )
    read_only: bool = option(default=False, help=N_("Never change the flash file."))
    engine: str = option(
        default="fast",
        help=N_(
            "fast: our simulator; emu: the boot code of a T, U or Q dump itself, executed in "
            "the CPU emulator (extra emu)."
        ),
    )
