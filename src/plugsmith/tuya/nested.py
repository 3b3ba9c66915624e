"""The old nested format: one key `sw` with channels, network LED and meter, and its flat form.

Every leaf is wrapped as {value: x}, levels are booleans. Flat names as in the current format.
Source: upk-mapping.md section 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.tuya.user_param import Value

_TOP = "sw"
_MAX_CHANNELS = 32
# path inside `dltj` -> flat key
_METER = {
    ("epin", "pin"): "ele_pin",
    ("ivpin", "pin"): "vi_pin",
    ("ivcpin", "pin"): "sel_pin_pin",
    ("ivcpin", "lv"): "sel_pin_lv",
    ("ct",): "chip_type",
    ("ri",): "resistor",
    ("ov_cr",): "over_cur",
    ("v_def",): "vol_def",
}
_NET = {
    ("wfst", "pin"): "netled_pin",
    ("wfst", "lv"): "netled_lv",
    ("nety",): "nety_led",
    ("netn",): "netn_led",
    ("rsthold",): "reset_t",
}
_CHANNEL = {
    ("rl", "pin"): "rl{n}_pin",
    ("rl", "lv"): "rl{n}_lv",
    ("bt", "pin"): "bt{n}_pin",
    ("bt", "lv"): "bt{n}_lv",
    ("dpid",): "ch_dpid{n}",
    ("cddpid",): "ch_cddpid{n}",
}
_CURTAIN: dict[str, dict[tuple[str, ...], str]] = {
    "onch": {
        ("rl", "pin"): "rl1_pin",
        ("rl", "lv"): "rl1_lv",
        ("bt", "pin"): "bt1_pin",
        ("bt", "lv"): "bt1_lv",
    },
    "offch": {
        ("rl", "pin"): "rl2_pin",
        ("rl", "lv"): "rl2_lv",
        ("bt", "pin"): "bt2_pin",
        ("bt", "lv"): "bt2_lv",
    },
    "stopch": {("bt", "pin"): "total_bt_pin", ("bt", "lv"): "total_bt_lv"},
}


def is_nested(config: dict[str, Value]) -> bool:
    """Whether `config` is in the old nested format."""
    return isinstance(config.get(_TOP), dict)


def flatten(config: dict[str, Value]) -> dict[str, Value]:
    """The flat form; keys beside `sw` stay, a flat `config` comes back as it is.

    Curtains (opening, closing and stopping channel) get the keys of relay 1, relay 2 and the
    common button.
    """
    switch = config.get(_TOP)
    if not isinstance(switch, dict):
        return dict(config)
    flat: dict[str, Value] = {key: value for key, value in config.items() if key != _TOP}
    channels = switch.get("ch")
    if isinstance(channels, list):
        for number, channel in enumerate(channels[:_MAX_CHANNELS], start=1):
            _take(flat, channel, {p: key.format(n=number) for p, key in _CHANNEL.items()})
        flat["ch_num"] = min(len(channels), _MAX_CHANNELS)
    for part, keys in _CURTAIN.items():
        _take(flat, switch.get(part), keys)
    _take(flat, switch.get("net"), _NET)
    _take(flat, switch.get("dltj"), _METER)
    return flat


def _take(flat: dict[str, Value], tree: Value, keys: dict[tuple[str, ...], str]) -> None:
    for path, key in keys.items():
        value = _leaf(tree, path)
        if value is not None:
            flat[key] = value


def _leaf(tree: Value, path: tuple[str, ...]) -> Value:
    """The number at `path`, booleans (also as words) as 0 and 1."""
    for step in path:
        tree = tree.get(step) if isinstance(tree, dict) else None
    if isinstance(tree, dict):
        tree = tree.get("value")
    if tree in ("true", "false"):
        return int(tree == "true")
    return int(tree) if isinstance(tree, bool) else tree


def nest(flat: dict[str, Value]) -> dict[str, Value]:
    """The nested form of a flat configuration of numbered channels; undone by `flatten`."""
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
