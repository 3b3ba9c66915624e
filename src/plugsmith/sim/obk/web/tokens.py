"""JSON as the firmware's small parser takes it: counted tokens and its own error numbers."""

from __future__ import annotations

import json

_TOKEN_LIMIT = 128
_TOO_MANY, _INVALID, _CUT_OFF = -1, -2, -3


class JsonProblem(ValueError):
    """A body that the firmware refuses; the text is its message, with the raw line feed."""


def parse_object(body: bytes) -> dict[str, object]:
    """The members of a JSON object."""
    value = parse_value(body)
    if not isinstance(value, dict):
        raise JsonProblem("Object expected\n")
    return value


def parse_value(body: bytes) -> object:
    """Any JSON value."""
    text = body.decode("utf-8", "replace").strip()
    if not text:
        raise JsonProblem("Object expected\n")
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as problem:
        cut = isinstance(problem, json.JSONDecodeError) and problem.pos >= len(text) - 1
        raise _failed(_CUT_OFF if cut else _INVALID) from problem
    if _tokens(value) > _TOKEN_LIMIT:
        raise _failed(_TOO_MANY)
    return value


def _failed(code: int) -> JsonProblem:
    return JsonProblem(f"Failed to parse JSON: {code}\n")


def _tokens(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(1 + _tokens(item) for item in value.values())
    if isinstance(value, list):
        return 1 + sum(_tokens(item) for item in value)
    return 1
