"""Writer of the old nested format: one key `sw` with channels, network LED and meter.

Every leaf is wrapped as {value: x}, levels are booleans. The reader is `interpret.old_format`,
where the flat names have their meaning. Source: upk-mapping.md section 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.tuya.user_param import Value

_TOP = "sw"
# path inside `dltj` -> flat key
_METER = {
    ("epin", "pin"): "ele_pin",
    ("ivpin", "pin"): "vi_pin",
    ("ivcpin", "pin"): "sel_pin_pin",
    ("ivcpin", "lv"): "sel_pin_lv",
    ("ct",): "chip_type",
    ("ri",): "resistor",
    ("ov_cr",): "over_cur",
}
_NET = {
    ("wfst", "pin"): "netled_pin",
    ("wfst", "lv"): "netled_lv",
    ("nety",): "nety_led",
    ("netn",): "netn_led",
    ("rsthold",): "rsthold",
}
_CHANNEL = {
    ("rl", "pin"): "rl{n}_pin",
    ("rl", "lv"): "rl{n}_lv",
    ("bt", "pin"): "bt{n}_pin",
    ("bt", "lv"): "bt{n}_lv",
    ("dpid",): "ch_dpid{n}",
    ("cddpid",): "ch_cddpid{n}",
}


def nest(flat: dict[str, Value]) -> dict[str, Value]:
    """The nested form of a flat configuration of `ch_num` numbered channels."""
    switch: dict[str, Value] = {}
    used: set[str] = {"ch_num"}
    count = flat.get("ch_num")
    channels: list[Value] = []
    for number in range(1, (count if isinstance(count, int) else 0) + 1):
        keys = {path: key.format(n=number) for path, key in _CHANNEL.items()}
        channels.append(_tree(flat, keys, used))
    switch["ch"] = channels
    for part, table in (("net", _NET), ("dltj", _METER)):
        tree = _tree(flat, table, used)
        if tree:
            switch[part] = tree
    rest = {key: value for key, value in flat.items() if key not in used}
    return {**rest, _TOP: switch}


def _tree(
    flat: dict[str, Value], keys: dict[tuple[str, ...], str], used: set[str]
) -> dict[str, Value]:
    tree: dict[str, Value] = {}
    for path, key in keys.items():
        if key not in flat:
            continue
        used.add(key)
        value = flat[key]
        leaf: Value = {"value": bool(value) if path[-1] == "lv" else value}
        if len(path) == 1:
            tree[path[0]] = leaf
        else:
            branch = tree.setdefault(path[0], {})
            if isinstance(branch, dict):
                branch[path[1]] = leaf
    return tree
