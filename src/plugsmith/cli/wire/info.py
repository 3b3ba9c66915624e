"""`plugsmith info`: what is connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_SUPPORT = {
    "observed": N_("observed on real boot code"),
    "claimed": N_("claimed by other tools, not observed"),
    "recognised": N_("recognised only"),
}
_SIZE_PROOF = {
    "wrap": N_("proven: the boot loader repeats at this distance"),
    "jedec": N_("as the flash id states"),
    "jedec+wrap": N_("flash id and address wrap agree"),
    "assumed": N_("assumed: nothing tells"),
}


@app.command(
    help=_("Identify chip, boot code, flash, protection, key class, address and firmware.")
)
def info(
    *,
    port: opt.PortOption = None,
    baud: opt.BaudOption = None,
    chip: opt.ChipOption = None,
    link_timeout: opt.LinkTimeoutOption = None,
    trace: opt.TraceOption = None,
    remote_baud_follows: opt.RemoteBaudOption = False,
    yes: opt.YesOption = False,
    as_json: opt.JsonOption = False,
) -> None:
    link = opt.LinkOptions(
        port=port,
        baud=baud,
        chip=chip,
        link_timeout_s=link_timeout,
        trace=trace,
        remote_baud_follows=remote_baud_follows,
    )

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.cli.wiring import flow_context
        from plugsmith.flows.wire.info import info as do_it

        return do_it(flow_context(session, link)).as_data()

    run("info", body, as_json=as_json, assume_yes=yes, render=_render)


def _render(data: dict[str, Fact]) -> str:
    from plugsmith.cli.table import table

    boot, flash, key, firmware = (
        _part(data, name) for name in ("boot", "flash", "key", "firmware")
    )
    version = firmware["version"] or ""
    return table(
        [
            (_("Chip"), f"{data['chip']} {data['chip_id'] or ''}".strip()),
            (_("Protocol"), _(_SUPPORT.get(str(data["support"]), "?"))),
            (_("Boot code"), _words(boot["name"], boot["version"])),
            (_("Flash"), _flash_text(flash)),
            (_("Protected"), _protected_text(flash["protected"])),
            (_("Code key"), f"{key['class']} ({_(str(key['evidence']))})"),
            (_("MAC"), str(data["mac"] or _("none found"))),
            (_("Firmware"), f"{firmware['name'] or _('unknown')} {version}".strip()),
        ]
    )


def _part(data: dict[str, Fact], name: str) -> dict[str, Fact]:
    part = data[name]
    return part if isinstance(part, dict) else {}


def _words(*facts: Fact) -> str:
    """The facts that are known, without one that another one begins or ends with."""
    words = [str(fact) for fact in facts if fact]
    return " ".join(
        word
        for at, word in enumerate(words)
        if not any(other.startswith(word) or other.endswith(f" {word}") for other in words[:at])
    )


def _flash_text(flash: dict[str, Fact]) -> str:
    who = _words(flash["jedec"], flash["part"], flash["vendor"])
    size = _("{kib} KiB", kib=int(str(flash["size"])) // 1024)
    proof = _(_SIZE_PROOF.get(str(flash["size_proof"]), "?"))
    return f"{size} ({proof})" + (f", {who}" if who else "")


def _protected_text(protected: Fact) -> str:
    if protected is None:
        return _("this chip cannot tell over the UART")
    return _("yes, lifted before a write") if protected else _("no")
