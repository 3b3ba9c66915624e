"""Everything in a request that can be judged without a device, judged before a port is opened.

A field of a request names its judge (`option(judge="address")`). A judge returns for a value that
can be meant and raises for any other; what it raises as UsageError gets the option's name.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.api.options import Parameter
    from plugsmith.records import Record

_LARGEST = 0x100_0000  # 16 MiB: no flash of these chips, and no address that a command holds


def judge_request(request: Record) -> None:
    """Return if every field can be meant. Raises UsageError and what the judges raise."""
    from plugsmith.api.options import parameters

    for item in parameters(type(request)):
        value = getattr(request, item.name)
        if value is None or value == item.default or value in ("", ()):
            continue
        for entry in value if isinstance(value, tuple) else (value,):
            _judge(item, entry)


def _judge(item: Parameter, value: object) -> None:
    words = item.words
    if isinstance(value, float) and not math.isfinite(value):
        raise _bad(item, _("{value} is no number of this world", value=value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        least, most = words.least, words.most
        if (least is not None and value < least) or (most is not None and value > most):
            limits = _("{least} to {most}", least=least, most=most) if most is not None else least
            raise _bad(item, _("{value} is not in the range {limits}", value=value, limits=limits))
    if words.choices and str(value).lower() not in words.choices:
        raise _bad(
            item,
            _("{value!r} is none of {known}", value=str(value), known=", ".join(words.choices)),
        )
    if str(value) == "-" and (item.name == "output" or words.judge == "new-file"):
        raise _bad(item, _("nothing is written to standard output; name a file"))
    if not words.judge:
        return
    try:
        JUDGES[words.judge](str(value))
    except UsageError as problem:
        if type(problem) is not UsageError:
            raise
        raise _bad(item, str(problem.facts["problem"])) from problem


def _bad(item: Parameter, problem: str) -> UsageError:
    told = _("{option}: {problem}", option=item.shown, problem=problem)
    return UsageError(problem=told, option=item.shown)


def _address(text: str) -> None:
    from plugsmith.memory import parse_size

    if parse_size(text) >= _LARGEST:
        raise UsageError(problem=_("{text} lies behind the end of every flash", text=text))


def _amount(text: str) -> None:
    from plugsmith.memory import parse_size

    if not 0 < parse_size(text, whole=1) <= _LARGEST:
        raise UsageError(problem=_("{text} is no amount that a flash holds", text=text))


def _any_chip(text: str) -> None:
    """Of other makers too: for what other programs do."""
    from plugsmith.chips.other_chips import other_chip

    if other_chip(text) is None:
        _chip(text)


def _chip(text: str) -> None:
    from plugsmith.chips.catalog import chip

    chip(text)


def _port(text: str) -> None:
    from plugsmith.link.ports import check_address

    check_address(text, more=("sim",))


def _permission(text: str) -> None:
    from plugsmith.flows.permissions import Permission

    known = [item.value for item in Permission]
    if text not in known:
        raise UsageError(
            problem=_("{text!r} is none of {known}", text=text, known=", ".join(known))
        )


def _host(text: str) -> None:
    from plugsmith.lan.host import parse_host

    parse_host(text)


def _hosts(text: str) -> None:
    from plugsmith.flows.device.targets import check_targets

    check_targets(text)


def _file_or_hosts(text: str) -> None:
    from plugsmith.flows.settings.place import names_devices

    if names_devices(text):
        _hosts(text)


def _mac(text: str) -> None:
    from plugsmith.flows.device.device_list import mac_in, read_devices

    if text.startswith("@"):
        read_devices(Path(text[1:]))
    elif mac_in(text) is None:
        raise UsageError(
            problem=_(
                "{text!r} is not a MAC such as 84:e3:42:01:02:03, nor @FILE",
                text=text[:40],
            )
        )


def _new_file(text: str) -> None:
    from plugsmith.errors.library import OutputExists

    if Path(text).exists():
        raise OutputExists(name=text)


JUDGES: dict[str, Callable[[str], None]] = {
    "address": _address,
    "amount": _amount,
    "chip": _chip,
    "any-chip": _any_chip,
    "port": _port,
    "permission": _permission,
    "host": _host,
    "hosts": _hosts,
    "file-or-hosts": _file_or_hosts,
    "mac": _mac,
    "new-file": _new_file,
}
