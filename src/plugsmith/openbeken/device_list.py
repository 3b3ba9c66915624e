"""Device lists as texts: which single entries one holds. What an entry is worth, others judge.

Shapes that are in use: `{"devices": [...]}` (OpenBeken's list), a bare list of entries, one entry
alone, and a collection `{name: entry}` (folders of device profiles put together).
"""

from __future__ import annotations

import json

from plugsmith.errors.content import Malformed
from plugsmith.messages import _
from plugsmith.nested_json import read_nested
from plugsmith.records import frozen

MAX_LIST_LEN = 64 << 20  # characters; the largest known list has under a million
MAX_ENTRIES = 50_000
_SINGLE_KEYS = frozenset({"pins", "device_configuration", "config", "user_param_key"})


@frozen
class RawList:
    """The entries of a list as they stand there; `version` is what the list calls itself."""

    entries: tuple[object, ...]
    version: str = ""


def read_list(text: str) -> RawList:
    """The entries in a JSON text; Malformed for a text that is no device list at all."""
    if len(text) > MAX_LIST_LEN:
        raise _malformed(_("it is too long"), MAX_LIST_LEN)
    try:
        body = read_nested(text)
    except (ValueError, RecursionError) as err:
        offset = err.pos if isinstance(err, json.JSONDecodeError) else 0
        raise _malformed(_("it is not JSON"), offset) from err
    entries, version = _entries(body)
    if not entries:
        raise _malformed(_("it holds no devices"), 0)
    if len(entries) > MAX_ENTRIES:
        raise _malformed(_("it holds more than {limit} devices", limit=MAX_ENTRIES), 0)
    return RawList(entries=tuple(entries), version=version)


def _entries(body: object) -> tuple[list[object], str]:
    if isinstance(body, list):
        return body, ""
    if not isinstance(body, dict):
        return [], ""
    listed = body.get("devices")
    if isinstance(listed, list):
        version = body.get("version")
        return listed, str(version)[:32] if isinstance(version, str | int | float) else ""
    if _SINGLE_KEYS & body.keys():
        return [body], ""
    found = [value for value in body.values() if isinstance(value, dict)]
    return ([*found], "") if any(_SINGLE_KEYS & item.keys() for item in found) else ([], "")


def _malformed(problem: str, offset: int) -> Malformed:
    return Malformed(structure=_("device list"), problem=problem, offset=offset)
