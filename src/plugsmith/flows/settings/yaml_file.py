"""Reads YAML: plain data of settings. The only module that knows the YAML library."""

from __future__ import annotations

from plugsmith.visible import value_without_surrogates

_LONGEST = 0x1_0000  # the library's time grows faster than its text; settings have some KB
_MOST_NODES = 5000
_MOST_ALIASES = 16
_DEEPEST = 20


def read_yaml(text: str, *, as_texts: bool = False) -> object:
    """The value in a YAML text; ValueError for anything that is none, and for tags.

    At most 64 KiB, 5000 nodes, 16 aliases and 20 levels.

    `as_texts`: every single value as the text that stands there, numbers too.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - 40 ms that only YAML files pay
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    if len(text) > _LONGEST:
        raise ValueError("too long")
    try:
        _check_plain(text)
        value = YAML(typ="base" if as_texts else "safe", pure=True).load(text)
        return value_without_surrogates(value)
    except (YAMLError, RecursionError, ValueError) as problem:
        raise ValueError("not YAML") from problem


def _check_plain(text: str) -> None:
    from ruamel.yaml import YAML  # noqa: PLC0415 - as above
    from ruamel.yaml.events import (  # noqa: PLC0415
        AliasEvent,
        CollectionEndEvent,
        CollectionStartEvent,
        NodeEvent,
    )

    nodes = aliases = depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        nodes += isinstance(event, NodeEvent)
        aliases += isinstance(event, AliasEvent)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if nodes > _MOST_NODES or aliases > _MOST_ALIASES or depth > _DEEPEST:
            raise ValueError("too many values")
        if getattr(event, "tag", None) not in {None, "!"}:
            raise ValueError("a tag")
