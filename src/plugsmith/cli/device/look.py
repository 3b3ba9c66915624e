"""`plugsmith device scan`, `info` and `backup`: verbs that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from plugsmith.cli.device import options as opt
from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

RangeArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="RANGE",
        help=_(
            "Addresses to look at: 192.168.1.0/24, 192.168.1.20-60, or one host; :port at the end. "
            "Left out: your own network, SSDP and mDNS."
        ),
    ),
]
FullOption = Annotated[
    bool,
    typer.Option("--full/--no-full", help=_("Read the whole flash too (2 MiB, about a minute).")),
]


def scan(
    where: RangeArgument = None,
    *,
    password_file: opt.PasswordFileOption = None,
    ask_password: opt.AskPasswordOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.device.scan import scan as do_it

        context = opt.lan_context(session, password_file=password_file, ask_password=ask_password)
        # the contract's result of this verb is a list
        return cast("dict[str, Fact]", do_it(context, where)["devices"])

    run("device scan", body, as_json=as_json, render=_scan_text)


def info(
    host: opt.HostArgument,
    *,
    password_file: opt.PasswordFileOption = None,
    ask_password: opt.AskPasswordOption = False,
    at_once: opt.ParallelOption = 32,
    leave_safe_mode: opt.SafeModeOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.device.info import info as do_it
        from plugsmith.flows.device.targets import targets

        context = opt.lan_context(
            session,
            password_file=password_file,
            ask_password=ask_password,
            at_once=at_once,
            leave_safe_mode=leave_safe_mode,
        )
        return opt.set_exit(session, do_it(context, targets(context, host)))

    run("device info", body, as_json=as_json, render=_info_text)


AllOption = Annotated[
    bool, typer.Option("--all", help=_("Every device that was seen (`plugsmith device list`)."))
]
KeepOption = Annotated[
    int | None,
    typer.Option(
        "--keep", min=1, metavar="N", help=_("Keep only the newest N backups of each device.")
    ),
]


def backup(
    host: opt.MaybeHostArgument = None,
    *,
    everything: AllOption = False,
    keep: KeepOption = None,
    full: FullOption = True,
    password_file: opt.PasswordFileOption = None,
    ask_password: opt.AskPasswordOption = False,
    at_once: opt.ParallelOption = 16,
    leave_safe_mode: opt.SafeModeOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.errors import UsageError
        from plugsmith.flows.device.backup import backup as do_it
        from plugsmith.flows.device.targets import targets
        from plugsmith.flows.house.find import hosts_seen

        context = opt.lan_context(
            session,
            password_file=password_file,
            ask_password=ask_password,
            at_once=at_once,
            leave_safe_mode=leave_safe_mode,
        )
        if everything == (host is not None):
            raise UsageError(problem=_("give a HOST, or --all for every device that was seen"))
        hosts = hosts_seen(context) if host is None else targets(context, host)
        return opt.set_exit(session, do_it(context, hosts, full=full, keep=keep))

    run("device backup", body, as_json=as_json, render=_backup_text)


def _scan_text(data: dict[str, Fact]) -> str:
    rows = cast("list[dict[str, Fact]]", data)
    if not rows:
        return _("No OpenBeken device answers there.")
    names = {"locked": _("(locked by a password)"), "safe-mode": _("(in safe mode)")}
    lines = []
    for row in rows:
        place = str(row["ip"]) + (f":{row['port']}" if row["port"] != 80 else "")
        words = [row["name"] or names.get(str(row["state"]), ""), row["chip"], row["version"]]
        words += [row["mac"], _("(this MAC twice)") if row["same_mac"] else ""]
        words += [_("(a placeholder MAC)") if row["placeholder_mac"] else ""]
        lines.append("  ".join([f"{place:<21}", *(str(word) for word in words if word)]))
    return "\n".join([*lines, _("{count} devices", count=len(rows))])


def counts_text(data: dict[str, Fact]) -> str:
    """The last line of a run over several devices."""
    text = _("{done} of {devices} devices done, {failed} failed.", **data)
    if data.get("skipped"):
        text += " " + _("{skipped} skipped.", **data)
    if data.get("not_started"):
        text += " " + _("{not_started} not begun.", **data)
    return text


def columns(rows: list[dict[str, Fact]], names: dict[str, str]) -> str:
    """Rows of facts as a table with a head; `names` are the columns and what stands above them."""
    cells = [list(names.values())]
    cells += [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(line[at]) for line in cells) for at in range(len(names))]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(value: Fact) -> str:
    if isinstance(value, dict):  # a reading of the meter
        return _("{voltage:.1f} V, {current:.3f} A, {power:.1f} W", **value)
    return "-" if value in (None, "") else str(value)


def _info_text(data: dict[str, Fact]) -> str:
    from plugsmith.cli.table import table

    if "failed" in data:
        heads = {
            "host": _("Host"), "name": _("Name"), "chip": _("Chip"), "version": _("Version"),
            "mac": _("MAC"), "rssi": _("dBm"), "mqtt": _("MQTT"), "meter": _("Meter"),
        }  # fmt: skip
        found = cast("list[dict[str, Fact]]", data["table"])
        return columns(found, heads) + "\n" + counts_text(data)
    pins, meter = data["pins"], data["meter"]
    rows = [
        (_("Device"), f"{data['name']} ({data['long_name']})"),
        (_("Chip"), str(data["chip"])),
        (_("Version"), str(data["version"])),
        (_("MAC"), str(data["mac"])),
        (_("Signal"), _("{rssi} dBm", rssi=data["rssi"]) if data["rssi"] is not None else ""),
        (_("MQTT"), _broker_words(data)),
        (_("Drivers"), ", ".join(map(str, cast("list[str]", data["drivers"])))),
        (_("Running for"), _("{seconds} s", seconds=data["uptime"])),
        (_("Flags"), ", ".join(map(str, cast("list[int]", data["flag_numbers"])))),
        (_("Startup command"), str(data["startup_command"])),
    ]
    rows += [(f"P{gpio}", str(text)) for gpio, text in cast("dict[str, str]", pins).items()]
    if isinstance(meter, dict):
        text = _("{voltage:.1f} V, {current:.3f} A, {power:.1f} W", **meter)
        rows.append((_("Meter"), text))
    return table(rows)


def _broker_words(data: dict[str, Fact]) -> str:
    detail = f" ({data['mqtt_detail']})" if data["mqtt_detail"] else ""
    return f"{data['mqtt']}{detail}" if data["mqtt"] else ""


def _backup_text(data: dict[str, Fact]) -> str:
    if "failed" in data:
        return counts_text(data)
    return _(
        "Stored in {folder}. It holds passwords in the clear; only you can read it.",
        folder=data["folder"],
    )
