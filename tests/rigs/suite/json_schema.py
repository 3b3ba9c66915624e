"""A small judge of JSON against the published schema; knows the keywords that the schema uses.

It is stricter than the schema in one thing: a name that no record declares is a fault, because it
would be a field that nobody published. `FREE` are commands that have no record yet.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).resolve().parents[3] / "schema" / "plugsmith-1.schema.json"
_KNOWN = {
    "$ref", "additionalProperties", "allOf", "anyOf", "const", "default", "description", "enum",
    "if", "then", "items", "maximum", "minimum", "oneOf", "properties", "required", "type",
}  # fmt: skip
_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


@cache
def published() -> dict[str, Any]:
    """The schema as it ships."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return loaded


def faults_of_line(line: dict[str, Any]) -> list[str]:
    """What is wrong with one line of --json; empty for a good one."""
    kinds = {item["properties"]["type"]["const"]: item for item in published()["oneOf"]}
    if line.get("type") not in kinds:
        return [f"type {line.get('type')!r} is not published"]
    found = faults(line, kinds[line["type"]])
    if line["type"] == "error" and line.get("code") not in published()["errors"]:
        found.append(f"code {line.get('code')!r} is not published")
    if line["type"] == "result":
        names = published()["verbs"]
        found += [] if line.get("command") in names else ["command: not a verb"]
    return found


def faults(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """The places where `value` is not what `schema` says."""
    unknown = set(schema) - _KNOWN
    assert not unknown, unknown
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return faults(value, published()["$defs"][name], place)
    if "anyOf" in schema:
        tried = [faults(value, item, place) for item in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    found = _of_value(value, schema, place)
    if isinstance(value, dict) and not found:
        found += _of_object(value, schema, place)
    if isinstance(value, list) and "items" in schema:
        for at, item in enumerate(value):
            found += faults(item, schema["items"], f"{place}[{at}]")
    for rule in schema.get("allOf", ()):
        if not faults_of_names(value, rule["if"]):
            found += [
                fault
                for name, inner in rule["then"]["properties"].items()
                for fault in faults(value[name], inner, f"{place}.{name}")
            ]
    return found


def faults_of_names(value: Any, schema: dict[str, Any]) -> list[str]:
    """Faults in the properties that are there."""
    return [
        fault
        for name, inner in schema["properties"].items()
        if name in value
        for fault in faults(value[name], inner, name)
    ]


def _of_value(value: Any, schema: dict[str, Any], place: str) -> list[str]:
    kind = schema.get("type")
    wrong_bool = isinstance(value, bool) and kind in {"integer", "number"}
    if kind is not None and (not isinstance(value, _TYPES[kind]) or wrong_bool):
        return [f"{place}: {type(value).__name__} is no {kind}"]
    if "const" in schema and value != schema["const"]:
        return [f"{place}: {value!r} is not {schema['const']!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    return []


def _of_object(value: dict[str, Any], schema: dict[str, Any], place: str) -> list[str]:
    properties = schema.get("properties")
    found = [
        f"{place}.{name} is missing" for name in schema.get("required", ()) if name not in value
    ]
    for name, item in value.items():
        if properties is not None and name in properties:
            found += faults(item, properties[name], f"{place}.{name}")
        elif "additionalProperties" in schema and schema["additionalProperties"] is not False:
            found += faults(item, schema["additionalProperties"], f"{place}.{name}")
        elif properties is not None:
            found.append(f"{place}.{name} is not published")
    return found
