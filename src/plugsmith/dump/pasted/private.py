"""Passwords, keys and names of networks beside pins: they never become part of a configuration.

People paste whole stores, or lists that they typed; what is read out of these is printed, kept in
templates and shown to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from plugsmith.messages import N_
from plugsmith.secrets import MASK, secret_spans

PRIVATE = N_("names of networks, passwords and keys were left out")


@lru_cache(maxsize=4096)
def is_private(key: str) -> bool:
    """Whether the value of such a key is nobody else's business.

    Letters of a damaged text may stand in front of the word; no known key of pins holds one.
    """
    return any(secret_spans(f'"{key[:80]}":"aaaaaaaa1"', in_noise=True))


def without_private(config: Mapping[str, object]) -> dict[str, object]:
    """`config` without what is private, at any depth (readers bound the depth)."""
    return {key: _inside(value) for key, value in config.items() if not is_private(str(key))}


def _inside(value: object) -> object:
    if isinstance(value, Mapping):
        return without_private(value)
    if isinstance(value, str):  # of a damaged text, what follows may be in it, glued to it
        told = min((start for start, _end in secret_spans(value, in_noise=True)), default=None)
        return value if told is None else value[:told] + MASK
    return [_inside(item) for item in value] if isinstance(value, list) else value
