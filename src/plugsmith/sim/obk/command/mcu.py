"""The driver of a serial MCU: what the MCU says goes into the log, as the firmware words it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.command.words import plain_args
from plugsmith.sim.obk.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.sim.obk.running import Running

    Handler = Callable[[Running, str], Outcome]

_QUERY_ALL = "55AA0008000007"
_TYPES = ("raw", "bool", "val", "str", "enum", "bitmap")


def tell(device: Running) -> None:
    """The MCU states every data point that it has, if its driver runs."""
    if "TUYAMCU" not in device.drivers:
        return
    for number, kind, data in device.plug.mcu:
        device.log.add(
            "Info",
            "TuyaMCU",
            f"ParseState: id {number} type {kind}-{_TYPES[kind]} len {len(data)}",
        )
        if len(data) in {1, 4}:
            word = "byte" if len(data) == 1 else "int32"
            value = int.from_bytes(data, "big")
            device.log.add("Info", "TuyaMCU", f"ParseState: {word} {value}")


def _send_hex(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if not words:
        return Outcome.TOO_FEW
    if "".join(words).upper() == _QUERY_ALL:
        tell(device)
    return Outcome.OK


MCU_COMMANDS: Mapping[str, Handler] = {"uartsendhex": _send_hex}
