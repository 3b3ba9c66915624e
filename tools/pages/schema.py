"""schema/plugsmith-1.schema.json: events, errors, requests and results, from the records.

The schema is open: a later version may add fields. What a line must hold is what the records say.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import json
import sys
import types
import typing
from enum import Enum
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

import plugsmith
import plugsmith.errors
from plugsmith import events
from plugsmith.api.options import parameters
from plugsmith.errors import concrete_errors
from plugsmith.records import data_of, is_alone, is_sparse, is_spread, json_name

_EVENTS = (
    events.TaskBegin,
    events.Progress,
    events.TaskEnd,
    events.Warning_,
    events.Log,
    events.Item,
    events.Ready,
    events.Ask,
    events.Answered,
    events.Result,
    events.ErrorEvent,
)
_SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


class AnyFact:
    """Stands for `Fact`: any JSON value."""


def page() -> str:
    """The whole schema."""
    known: dict[str, dict[str, Any]] = {}
    verbs = {verb.name: _verb(verb, known) for verb in plugsmith.verbs()}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "plugsmith/1",
        "title": "Lines of plugsmith --json",
        "oneOf": [_event(kind, verbs, known) for kind in _EVENTS],
        "verbs": verbs,
        "errors": _errors(),
        "$defs": {name: known[name] for name in sorted(known)},
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _verb(verb: Any, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    results = [_of_type(kind, known) for kind in verb.result_types]
    return {
        "summary": verb.summary,
        "needs": [need.value for need in verb.needs],
        "asks": verb.asks,
        "request": _request(verb.request_type, known),
        "result": results[0] if len(results) == 1 else {"anyOf": results},
    }


def _request(kind: Any, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A request as an object: names, types, limits and defaults of its fields."""
    fields: dict[str, Any] = {}
    for item in parameters(kind):
        words = item.words
        told = _of_type(item.type, known) | {"description": words.help}
        if not item.required:
            told["default"] = data_of(item.default)
        limits = {"minimum": words.least, "maximum": words.most}
        fields[item.name] = told | {name: at for name, at in limits.items() if at is not None}
    required = [item.name for item in parameters(kind) if item.required]
    return {
        "type": "object",
        "description": _first_line(kind),
        "properties": fields,
        "required": required,
        "additionalProperties": False,
    }


def _event(kind: Any, verbs: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """An event: fields that are None are left out of it."""
    body = _object(kind, known, drop_none=True)
    body["properties"] = {
        "schema": {"const": events.SCHEMA},
        "type": {"const": kind.kind},
        **body["properties"],
    }
    body["required"] = ["schema", "type", *body["required"]]
    if kind is events.Result:
        body["properties"]["data"] = {}
        body["allOf"] = [
            {
                "if": {"properties": {"command": {"const": name}}},
                "then": {"properties": {"data": verb["result"]}},
            }
            for name, verb in verbs.items()
        ]
    return body


def _object(
    kind: Any, known: dict[str, dict[str, Any]], *, drop_none: bool = False
) -> dict[str, Any]:
    hints = typing.get_type_hints(kind, localns=_only_for_types(kind) | {"Fact": AnyFact})
    properties: dict[str, Any] = {}
    required: list[str] = []
    more: dict[str, Any] = {}
    for item in dataclasses.fields(kind):
        hint, name = hints[item.name], json_name(item)
        if is_alone(item):
            return _of_type(hint, known) | {"description": _first_line(kind)}
        if is_spread(item):
            more = {"additionalProperties": _of_type(typing.get_args(hint)[1], known)}
            continue
        optional = type(None) in typing.get_args(hint)
        leaves = is_sparse(item) or (drop_none and optional)
        properties[name] = _of_type(_without_none(hint) if leaves else hint, known)
        if not leaves:
            required.append(name)
    return {
        "type": "object",
        "description": _first_line(kind),
        "properties": properties,
        "required": required,
        **more,
    }


def _only_for_types(kind: Any) -> dict[str, Any]:
    """The names that the record's module imports for type checking only."""
    tree = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    guards = [item for item in tree.body if isinstance(item, ast.If)]
    found: dict[str, Any] = {}
    for node in (inner for guard in guards for inner in guard.body):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            found |= {name.name: getattr(module, name.name, Any) for name in node.names}
    return found


def _of_type(hint: Any, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    if hint in {AnyFact, Any}:
        return {}
    if origin in {typing.Union, types.UnionType}:
        return {"anyOf": [_of_type(item, known) for item in inner]}
    if origin in {tuple, list}:
        return {"type": "array", "items": _of_type(inner[0], known)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of_type(inner[1], known)}
    if issubclass(hint, Enum):
        return {"enum": [item.value for item in hint]}
    if issubclass(hint, Path):
        return {"type": "string"}
    name = f"{hint.__module__.split('.')[-2]}.{hint.__name__}"
    if name not in known:
        known[name] = {}  # a record that holds itself ends here
        known[name] = _object(hint, known)
    return {"$ref": f"#/$defs/{name}"}


def _without_none(hint: Any) -> Any:
    inner = tuple(item for item in typing.get_args(hint) if item is not type(None))
    if type(None) not in typing.get_args(hint):
        return hint
    return inner[0] if len(inner) == 1 else typing.Union[inner]  # noqa: UP007 - made of a tuple


def _first_line(kind: Any) -> str:
    return (kind.__doc__ or "").strip().split("\n")[0]


def _errors() -> dict[str, Any]:
    return {
        item.code: {"exit": int(item.exit_code), "what": item.what, "next_step": item.next_step}
        for item in concrete_errors()
    }
