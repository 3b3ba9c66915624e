"""Reads YAML; the only module that knows the YAML library."""

from __future__ import annotations


def read_yaml(text: str, *, as_texts: bool = False) -> object:
    """The value in a YAML text; ValueError for anything that is none.

    `as_texts`: every single value as the text that stands there, numbers too.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - 40 ms that only YAML files pay
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        return YAML(typ="base" if as_texts else "safe", pure=True).load(text)
    except (YAMLError, RecursionError, ValueError) as problem:
        raise ValueError("not YAML") from problem
