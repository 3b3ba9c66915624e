"""The TypeScript types of the page, out of the published schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pages import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = """\
// Written by tools/generate_docs.py from schema/plugsmith-1.schema.json; do not edit.
"""
_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def page() -> str:
    """The whole file: one interface a record, one a line of the stream."""
    document = json.loads(schema.page())
    parts = [HEAD]
    names: list[str] = []
    for line in document["oneOf"]:
        kind = line["properties"]["type"]["const"]
        name = "".join(word.title() for word in kind.split("_")) + "Line"
        names.append(name)
        parts.append(_interface(name, line))
    parts.append("export type Line = " + " | ".join(names) + ";\n")
    parts.extend(_interface(_name(key), body) for key, body in document["$defs"].items())
    return "\n".join(parts)


def _name(key: str) -> str:
    """`wire.DoctorResult` -> `WireDoctorResult`."""
    return "".join(part[:1].upper() + part[1:] for part in key.replace("_", ".").split("."))


def _interface(name: str, body: Mapping[str, object]) -> str:
    about = str(body.get("description", "")).replace("*/", "* /")
    return f"/** {about} */\nexport type {name} = {_type(body)};\n"


def _type(body: object) -> str:
    if not isinstance(body, dict):
        return "unknown"
    if "$ref" in body:
        return _name(str(body["$ref"]).rpartition("/")[2])
    if "const" in body:
        return json.dumps(body["const"])
    if "enum" in body:
        return " | ".join(json.dumps(value) for value in body["enum"])
    for key in ("anyOf", "oneOf"):
        if key in body:
            return " | ".join(dict.fromkeys(_type(item) for item in body[key]))
    kind = body.get("type")
    if isinstance(kind, list):
        found = dict.fromkeys(_type({**body, "type": one}) for one in kind)
        return " | ".join(found)
    if kind == "array":
        return f"({_type(body.get('items'))})[]" if "items" in body else "unknown[]"
    if kind == "object":
        return _object(body)
    return _PLAIN.get(str(kind), "unknown")


def _object(body: Mapping[str, object]) -> str:
    properties = body.get("properties")
    if not isinstance(properties, dict) or not properties:
        return f"Record<string, {_type(body.get('additionalProperties') or None)}>"
    required = body.get("required")
    needed = set(required) if isinstance(required, list) else set()
    rows = [
        f"  {json.dumps(name)}{'' if name in needed else '?'}: {_type(kind)};"
        for name, kind in properties.items()
    ]
    if body.get("additionalProperties") is not None:
        rows.append("  [other: string]: unknown;")
    return "{\n" + "\n".join(rows) + "\n}"
