"""The verbs that are not in the table of `plugsmith.api` yet, each with the module of its command.

To be emptied: a verb that gets a request, a result and a row in `api/table.py` leaves this list.
"""

from __future__ import annotations

from plugsmith.api.table import VERBS
from plugsmith.messages import N_

_SUMMARIES: dict[str, str] = {
    "sim": N_("A simulated chip on a pseudo-terminal or TCP port, for any client."),
}
# the module whose `app` holds the command
UNTYPED: dict[str, str] = {
    "sim": "plugsmith.cli.sim.group",
}
SUMMARIES: dict[str, str] = {verb.name: verb.summary for verb in VERBS} | _SUMMARIES
ORDER: tuple[str, ...] = (
    "demo",
    "ports",
    "doctor",
    "info",
    "backup",
    "flash",
    "restore",
    "read",
    "write",
    "erase",
    "verify",
    "reset",
    "dump",
    "dump config",
    "dump info",
    "dump records",
    "dump extract",
    "dump repair",
    "dump sanitize",
    "dump diff",
    "dump forge",
    "dump gpio",
    "image",
    "image boot",
    "image info",
    "image convert",
    "image fetch",
    "sim",
    "template",
    "template search",
    "template show",
    "template match",
    "template export",
    "template contribute",
    "template update",
    "template lint",
    "device",
    "device scan",
    "device info",
    "device apply",
    "device undo",
    "device backup",
    "device ota",
    "device calibrate",
    "device pins",
    "obk",
    "obk config",
    "obk config read",
    "obk config write",
    "obk config build",
)
