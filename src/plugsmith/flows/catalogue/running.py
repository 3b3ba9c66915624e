"""A running OpenBeken device as an input like any other: what it says of its pins and commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.flows.catalogue.device_input import DeviceInput, device_input_of_bytes
from plugsmith.flows.device.info import info_of_one
from plugsmith.lan.host import parse_host

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext


def device_input_of_running(ctx: LanContext, host: str) -> DeviceInput:
    """The device at `host`, by its pins, flags and startup command as they are now.

    Raises the errors of errors/device.py; UsageError where `host` is no single host.
    """
    found = info_of_one(ctx, parse_host(host))
    template = {
        "name": found.name or host,
        "chip": found.chip,
        "pins": found.pins,
        "flags": found.flags,
        "command": found.startup_command,
    }
    return device_input_of_bytes(json.dumps(template).encode(), name=found.name or host)
