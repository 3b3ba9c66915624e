"""Hostile input: a reader gives a value, or ends in an error that a person can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.errors import PlugsmithError

if TYPE_CHECKING:
    from collections.abc import Callable


def value_or_refusal(take: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What `take` gives, or the error of ours that it ended in.

    Any other exception is the fault that such a test looks for.
    """
    try:
        return take(*args, **options)
    except PlugsmithError as refused:
        failure = refused
    assert failure.code.startswith("PS-")
    assert failure.message
    assert failure.hint
    return failure
