"""Commands about drivers, files, restarts and publishing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Block, Number, Table
from plugsmith.sim.obk.command.words import decimal, number, plain_args, quoted_args
from plugsmith.sim.obk.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.sim.obk.running import Running

    Handler = Callable[[Running, str], Outcome]

_RESTART_S = 3.0


def _start_driver(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if not words:
        return Outcome.TOO_FEW
    if words[0].lower() == "uarttcp":
        baud, buffer = [*(decimal(word) for word in words[1:3]), None, None][:2]
        device.pass_uart(int(baud or 115_200), int(buffer or 512))
    device.start_driver(words[0])  # an unknown name is not an error
    return Outcome.OK


def _stop_driver(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if not words:
        return Outcome.TOO_FEW
    device.stop_driver(words[0])
    return Outcome.OK


def _restart(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    device.restart_in((decimal(words[0]) if words else None) or _RESTART_S)
    return Outcome.OK


def _safe_mode(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    device.vars.failed_boots = 99
    device.restart_in((decimal(words[0]) if words else None) or _RESTART_S)
    return Outcome.OK


def _open_ap(device: Running, _rest: str) -> Outcome:
    device.open_ap()
    return Outcome.OK


def _clear_io(device: Running, _rest: str) -> Outcome:
    for table in (Table.ROLES, Table.CHANNELS, Table.CHANNELS2, Table.TYPES):
        for at in range(table.value[2]):
            device.block.set_item(table, at, 0)
    device.touch()
    return Outcome.OK


def _clear_config(device: Running, _rest: str) -> Outcome:
    device.block.raw[:] = Block.defaults(device.identity).raw
    device.touch()
    return Outcome.OK


def _clear_all(device: Running, rest: str) -> Outcome:
    _clear_config(device, rest)
    device.files.format()
    return Outcome.OK


def _lfs_format(device: Running, _rest: str) -> Outcome:
    device.files.format()
    return Outcome.OK


def _lfs_size(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if words:
        device.block.set_number(Number.LFS_SIZE, number(words[0]))
        device.touch()
    return Outcome.OK


def _lfs_put(device: Running, rest: str, *, append: bool) -> Outcome:
    name, _space, text = rest.partition(" ")
    if not name or not text:
        return Outcome.TOO_FEW
    before = (device.files.files or {}).get(name, b"") if append else b""
    content = before + text.encode()
    return Outcome.OK if device.files.write(name, content) == len(content) else Outcome.FAILED


def _lfs_remove(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if not words:
        return Outcome.TOO_FEW
    return Outcome.OK if device.files.remove(words[0]) else Outcome.FAILED


def _run_file(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if not words:
        return Outcome.TOO_FEW
    device.run_file(words[0])
    return Outcome.OK


def _stop_scripts(device: Running, _rest: str) -> Outcome:
    device.stop_scripts()
    return Outcome.OK


def _publish(device: Running, rest: str) -> Outcome:
    words = quoted_args(rest)
    if len(words) < 2:
        return Outcome.TOO_FEW
    device.publisher.put(words[0], words[1])
    return Outcome.OK


def _publish_channels(device: Running, _rest: str) -> Outcome:
    for channel in device.bank.used_channels():
        device.publisher.channel(channel, device.bank.values[channel])
    return Outcome.OK


def _discovery(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    device.after((decimal(words[0]) if words else None) or 5.0, device.publisher.discover)
    return Outcome.OK


def _show_gpi(device: Running, _rest: str) -> Outcome:
    levels = sum(device.plug.level(pin) << pin for pin in range(29))
    device.log.add("Info", "GEN", f"GPIs are 0x{levels:016x}")
    return Outcome.OK


def _nothing(_device: Running, _rest: str) -> Outcome:
    return Outcome.OK


SYSTEM_COMMANDS: Mapping[str, Handler] = {
    "startdriver": _start_driver,
    "stopdriver": _stop_driver,
    "restart": _restart,
    "reboot": _restart,
    "safemode": _safe_mode,
    "openap": _open_ap,
    "cleario": _clear_io,
    "clearconfig": _clear_config,
    "clearall": _clear_all,
    "lfs_format": _lfs_format,
    "lfs_size": _lfs_size,
    "lfs_write": lambda device, rest: _lfs_put(device, rest, append=False),
    "lfs_append": lambda device, rest: _lfs_put(device, rest, append=True),
    "lfs_remove": _lfs_remove,
    "startscript": _run_file,
    "exec": _run_file,
    "stopallscripts": _stop_scripts,
    "resetsvm": _stop_scripts,
    "publish": _publish,
    "publishchannels": _publish_channels,
    "scheduleHADiscovery".lower(): _discovery,
    "showgpi": _show_gpi,
    "status": _nothing,
    "state": _nothing,
    "sensor": _nothing,
    "echo": _nothing,
    "ota_http": _nothing,
}
