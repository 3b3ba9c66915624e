"""Results say by name what is in them: a renamed key is then found by the type checker."""

from __future__ import annotations

import json
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[2] / "schema" / "plugsmith-1.schema.json"

# What is open, and why: its names are not ours to list.
OPEN = {
    "OpenBeken's settings by their names": {
        "device.DeviceInfo.settings",
        "house.LampColours.settings",
        "settings.BuiltConfig.config",
        "settings.BuiltImage.config",
        "settings.ChangedFile.config",
        "settings.StoredConfig.config",
    },
    "a template, which other programs read, with what they put into it": {
        "catalogue.ContributeResult.entry",
        "catalogue.EntryResult.template",
        "demo.DemoResult.template",
        "device.ExaminedPins.template",
        "dump.KnownConfig.template",
    },
    "the vendor's pin text, whatever keys it has": {
        "catalogue.EntryResult.config",
        "dump.KnownConfig.config",
        "interpret.AlternativeRow.config",
    },
    "what a device answers": {"house.CommandAnswer.answer"},
    "evidence of a finding, which differs from finder to finder": {
        "dump.ExtractedFile",
        "dump.RegionRow",
    },
}


def open_places(schema: object, place: str) -> set[str]:
    """The fields (and whole records) that take any value."""
    if isinstance(schema, list):
        return {found for item in schema for found in open_places(item, place)}
    if not isinstance(schema, dict):
        return set()
    found = {place} if schema.get("additionalProperties") == {} else set()
    for name, inner in schema.get("properties", {}).items():
        found |= {f"{place}.{name}"} if inner == {} else open_places(inner, f"{place}.{name}")
    for key, inner in schema.items():
        if key not in {"properties", "request"}:
            found |= open_places(inner, place)
    return found


def test_only_what_others_name_is_open():
    schema = json.loads(SCHEMA.read_text("utf-8"))
    parts = schema["$defs"] | {name: verb["result"] for name, verb in schema["verbs"].items()}
    found = {place for name, inner in parts.items() for place in open_places(inner, name)}
    assert found == set().union(*OPEN.values())
