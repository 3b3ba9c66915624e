"""The device list of the corpus: import with counts, every output of its devices, matching."""

from __future__ import annotations

import json

import pytest

from plugsmith.errors.catalogue import NotExportable
from plugsmith.export.exporters import EXPORTERS
from plugsmith.export.output import ExportOptions
from plugsmith.flows.catalogue.device_input import device_input_of_entry
from plugsmith.interpret.catalogue.entry import RULES
from plugsmith.library.catalogue.search import Query, search
from plugsmith.library.catalogue.templates import ListOrigin, TemplateCatalogue
from plugsmith.openbeken.device_list import read_list
from plugsmith.openbeken.roles import read_role
from plugsmith.openbeken.template import MAX_GPIO

pytestmark = pytest.mark.corpus


def raws(folder, name: str) -> tuple[object, ...]:
    return read_list((folder / name).read_text()).entries


@pytest.fixture(scope="module")
def catalogue(corpus):
    with TemplateCatalogue(None) as found:
        for name in ("devices", "device-configurations"):
            source = ListOrigin(name=name, kind="file", location="", licence="", fetched="")
            found.import_entries(source, raws(corpus, f"{name}.json"))
        yield found


@pytest.fixture(scope="module")
def stored(catalogue):
    return catalogue.entries(range(1, 2000))


def test_all_templates_import_and_corrections_are_counted(catalogue, corpus) -> None:
    report = catalogue.report("devices")
    assert report is not None
    assert (report.total, report.usable) == (679, 679)
    assert not report.rejected
    assert set(report.by_rule) <= set(RULES)
    assert report.by_rule["role-misspelt"] >= 30
    assert report.by_rule["old-flag-field"] == 11


def test_nothing_is_dropped_silently(catalogue, corpus) -> None:
    """Every pin, flag, command and link of the list is in the catalogue or in a correction."""
    listed = raws(corpus, "devices.json")
    report = catalogue.report("devices")
    assert report is not None
    pins_there = pins_here = commands = 0
    for raw in listed:
        assert isinstance(raw, dict)
        for key, text in (raw.get("pins") or {}).items():
            role = read_role(text.partition(";")[0]).role
            pins_there += int(key) <= MAX_GPIO and (role is None or role.index > 0)
        commands += bool((raw.get("command") or "").strip())
    found = [item for item in catalogue.entries(range(1, 2000)) if item.source == "devices"]
    pins_here = sum(len(item.entry.template.pins) for item in found)
    lost = sum(
        report.by_rule.get(rule, 0)
        for rule in ("role-unknown", "pin-not-understood", "pin-used-twice")
    )
    assert pins_here + lost >= pins_there
    dropped = report.by_rule.get("command-dropped", 0)
    assert sum(bool(item.entry.template.command) for item in found) + dropped == commands


def test_devices_have_every_output(stored) -> None:
    """Every fourth device."""
    made = refused = 0
    for item in stored[::4]:
        subject = device_input_of_entry(item)
        options = ExportOptions(
            title=item.entry.title, template=subject.template if subject.from_template else None
        )
        for format_ in EXPORTERS:
            try:
                files = format_.render(subject.profile, options)
            except NotExportable:
                refused += 1
                assert format_.name == "esphome"
                continue
            made += len(files)
            for file in files:
                if file.name.endswith(".json"):
                    json.loads(file.text)
    assert made > 1500
    assert refused < 60  # chips that ESPHome does not run on


def test_a_known_plug_is_found_by_words(catalogue) -> None:
    hits = search(catalogue, Query(words="lspa9 bl0937", module="CB2S"))
    assert hits
    assert all(hit.entry.traits.module == "CB2S" for hit in hits)


def test_matching_beats_plain_overlap_of_pins(catalogue, corpus) -> None:
    """Leave-one-out on every eighth device; the whole table is `python -m bench.catalogue`."""
    bench = pytest.importorskip("bench.catalogue")
    with TemplateCatalogue(None) as sample:
        source = ListOrigin(name="s", kind="file", location="", licence="", fetched="")
        sample.import_entries(source, raws(corpus, "devices.json"))
        count, baseline, ours = bench.quality(sample, step=8)["twin or same product"]
    assert count >= 10
    assert ours >= 0.6
    assert ours >= baseline
