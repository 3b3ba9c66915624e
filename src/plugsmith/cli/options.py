"""The options that several verbs share, defined once, with the environment's defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from plugsmith.errors import UsageError
from plugsmith.memory import AddressRange, parse_size
from plugsmith.messages import _

PortOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--port",
        "-p",
        envvar="PLUGSMITH_PORT",
        metavar="PORT",
        help=_(
            "Device name, socket://host:port, rfc2217://host:port or sim://chip?flash=file. "
            "Left out: the only adapter that is connected."
        ),
    ),
]
BaudOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--baud",
        "-b",
        envvar="PLUGSMITH_BAUD",
        min=9600,
        max=4_000_000,
        help=_("Highest speed to use. Left out: the fastest one that proves itself."),
    ),
]
ChipOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--chip",
        envvar="PLUGSMITH_CHIP",
        help=_("The chip that you expect; only compared with the one that is found."),
    ),
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help=_("One JSON object per line on stdout, for programs."))
]
YesOption: TypeAlias = Annotated[
    bool, typer.Option("--yes", "-y", help=_("Answer questions with yes."))
]
AllowOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="PERMISSION",
        help=_(
            "Allow one thing that is refused otherwise: no-backup, rf, mac, bootloader, "
            "unknown-part or key-mismatch. Repeatable."
        ),
    ),
]
LinkTimeoutOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--link-timeout",
        min=0,
        metavar="SECONDS",
        help=_(
            "How long to wait for the chip; 0 waits for ever. Left out: for ever on a terminal, "
            "30 s in scripts."
        ),
    ),
]
LogPortOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--log-port",
        metavar="PORT",
        help=_("A second port on the chip's TX2, where it prints what it does when it starts."),
    ),
]
TraceOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--trace", metavar="FILE", help=_("Record what goes over the wire, redacted.")),
]
RemoteBaudOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--remote-baud-follows",
        help=_("The far end of a socket:// port changes its speed together with the chip."),
    ),
]
StartOption: TypeAlias = Annotated[
    str, typer.Option("--start", metavar="ADDRESS", help=_("First address: 4096, 0x1000, 64k."))
]
LengthOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--length", metavar="SIZE", help=_("How much: 4096, 0x1000, 64k, 2M, all.")),
]
DryRunOption: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help=_("Show what would be done, change nothing."))
]
ImageArgument: TypeAlias = Annotated[
    Path | None,
    typer.Argument(
        metavar="IMAGE", help=_("The firmware file; what it is is seen from its bytes.")
    ),
]
BackupArgument: TypeAlias = Annotated[
    Path, typer.Argument(metavar="BACKUP", help=_("The .bin file of a backup, or its passport."))
]
DataArgument: TypeAlias = Annotated[Path, typer.Argument(metavar="FILE", help=_("The file."))]
TargetArgument: TypeAlias = Annotated[
    Path | None, typer.Argument(metavar="FILE", help=_("The file to write; or use -o."))
]
OutputOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help=_("The file to write.")),
]
ResumeOption: TypeAlias = Annotated[
    bool, typer.Option("--resume", help=_("Go on with an interrupted backup."))
]
SpaceOption: TypeAlias = Annotated[
    str, typer.Option("--space", help=_("What to read: flash, rom, efuse or otp."))
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    """The options of every verb that talks to a chip, as the command line gave them."""

    port: str | None = None
    baud: int | None = None
    chip: str | None = None
    link_timeout_s: float | None = None
    log_port: str | None = None
    trace: Path | None = None
    remote_baud_follows: bool = False
    allow: list[str] | tuple[str, ...] = ()


def span_to_change(start: str, length: str | None, *, size: int) -> AddressRange:
    """The range to erase in a flash of `size`; whether it may be is judged elsewhere."""
    first = parse_size(start)
    amount = parse_size(length or "0", whole=max(0, size - first))
    if amount <= 0:
        raise UsageError(problem=_("--length {length} is nothing to erase", length=length))
    return AddressRange.sized(first, amount)


def span_of(start: str, length: str | None, *, size: int) -> tuple[int, int]:
    """Start and length in bytes inside a flash of `size`; UsageError for what cannot be meant."""
    first = parse_size(start)
    if first >= size:
        raise UsageError(
            problem=_("--start {start} lies behind the end (0x{size:X})", start=start, size=size)
        )
    amount = size - first if length is None or length == "all" else parse_size(length)
    if amount <= 0 or first + amount > size:
        raise UsageError(
            problem=_(
                "{start} + {length} ends behind 0x{size:X}", start=start, length=length, size=size
            )
        )
    return first, amount
