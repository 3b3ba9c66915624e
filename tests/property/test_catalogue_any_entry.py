"""Any JSON value as an entry, any text as a list or a question: a value or an error of ours."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from plugsmith.errors import PlugsmithError
from plugsmith.export.exporters import EXPORTERS
from plugsmith.export.output import ExportOptions
from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.interpret.catalogue.entry import RULES, read_entry
from plugsmith.interpret.catalogue.similarity import compare
from plugsmith.interpret.catalogue.traits import traits_of
from plugsmith.interpret.openbeken.from_openbeken import profile_from_openbeken
from plugsmith.library.catalogue.list_files import list_from_bytes
from plugsmith.library.catalogue.search import Query, search
from plugsmith.library.catalogue.templates import ListOrigin, TemplateCatalogue
from plugsmith.openbeken.roles import roles

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
ROLES = st.sampled_from([role.name for role in roles()]) | st.text(max_size=20)
PIN_TEXTS = st.builds("{};{}".format, ROLES, st.integers(-5, 300)) | JSON
PINS = st.dictionaries(st.integers(-1, 70).map(str) | st.text(max_size=5), PIN_TEXTS, max_size=12)
KEYS = ("vendor", "model", "keywords", "flags", "flag", "command", "image", "wiki", "manufacturer")
KEYS += ("key", "device_configuration", "user_param_key", "profiles", "slug")
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, JSON),
        "name": st.text(max_size=30) | JSON,
        "chip": st.sampled_from(["BK7231N", "BK7231T", "BK7238", "RTL8710B", "LN882H", "XR809"]),
        "board": st.sampled_from(["WB2S", "CB3S", "T1-2S", "CBU", "WL2S", "on PCB"]),
        "pins": PINS,
        "config": st.dictionaries(
            st.sampled_from(["rl1_pin", "bt1_pin", "r_pin", "iicscl", "module", "cmod"]), JSON
        ),
    },
)
SOURCE = ListOrigin(name="any", kind="file", location="", licence="", fetched="")


@settings(max_examples=25)
@given(st.one_of(JSON, ENTRIES))
def test_any_value_is_an_entry_or_rejected(raw: object) -> None:
    entry = read_entry(raw)
    assert {item.rule for item in entry.corrections} <= set(RULES)
    if entry.rejected:
        return
    traits = traits_of(entry.template, product_keys=entry.product_keys)
    assert 0 <= compare(traits, traits).score <= 1
    profile = profile_from_openbeken(entry.template)
    for item in EXPORTERS:
        try:
            files = item.render(profile, ExportOptions(title="x", template=entry.template))
        except PlugsmithError:
            continue
        for file in files:
            file.text.encode()


@settings(max_examples=25)
@given(st.lists(st.one_of(JSON, ENTRIES), max_size=4), st.text(max_size=30))
def test_what_goes_in_is_counted_and_comes_out(raws: list[object], words: str) -> None:
    with TemplateCatalogue(None) as catalogue:
        report = catalogue.import_entries(SOURCE, raws)
        assert report.total == len(raws)
        assert report.usable + sum(report.rejected.values()) == report.total
        again = catalogue.import_entries(SOURCE, raws)
        assert again.unchanged == report.total
        search(catalogue, Query(words=words, vendor=words[:3], module=words[:5]))


@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_as_a_list_or_a_device(data: bytes) -> None:
    messages: list[str] = []
    for read in (list_from_bytes, device_input_of_bytes):
        try:
            read(data, name="x")
        except PlugsmithError as problem:
            messages.append(problem.message)
    assert all(messages)
