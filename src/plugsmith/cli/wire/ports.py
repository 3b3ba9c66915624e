"""`plugsmith ports`: which adapters are connected, and which one would be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt  # noqa: TC001 - Typer reads annotations at run time
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("List the serial ports, who uses them, and which one would be picked."))
def ports(*, port: opt.PortOption = None, as_json: opt.JsonOption = False) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.link.ports import list_ports

        del session
        entries = list_ports(with_holders=True)
        candidates = [entry.device for entry in entries if entry.candidate]
        picked = port or (candidates[0] if len(candidates) == 1 else None)
        return {
            "ports": [entry.as_data(picked=entry.device == picked) for entry in entries],
            "picked": picked,
        }

    run("ports", body, as_json=as_json, render=_render)


def _render(data: dict[str, Fact]) -> str:
    from plugsmith.cli.table import table

    found = data["ports"]
    entries = [entry for entry in found if isinstance(entry, dict)] if found else []  # type: ignore[union-attr]  # our own body made the list
    if not entries:
        return _(
            "No serial port was found. Plug in a 3.3 V USB serial adapter, or run "
            "`plugsmith demo` to try Plugsmith without one."
        )
    text = table([(str(entry["device"]), _describe(entry)) for entry in entries])
    if data["picked"]:
        return text + "\n\n" + _("Picked when no --port is given: {port}", port=data["picked"])
    return text + "\n\n" + _("None of them is picked by itself: name one with --port.")


def _describe(entry: dict[str, Fact]) -> str:
    words = " ".join(str(entry[key]) for key in ("maker", "product") if entry[key])
    usb = f"{entry['vid']}:{entry['pid']}" if entry["vid"] else ""
    serial = _("serial number {number}", number=entry["serial"]) if entry["serial"] else ""
    user = _("in use by {program}", program=entry["in_use_by"]) if entry["in_use_by"] else ""
    return ", ".join(part for part in (words, usb, serial, user) if part) or _("serial port")
