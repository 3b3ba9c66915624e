"""Lists into the catalogue: what is corrected, what is rejected, what stays when one breaks."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from plugsmith.errors.catalogue import CatalogueTooNew, CatalogueUnusable, ListUnusable
from plugsmith.flows.catalogue.find import UpdateRequest, update
from plugsmith.interpret.catalogue.entry import RULES, EntryKind, read_entry
from plugsmith.library.catalogue.database import MIGRATIONS
from plugsmith.library.catalogue.list_files import list_from_bytes
from plugsmith.library.catalogue.shipped import catalogue_file, open_catalogue
from plugsmith.library.catalogue.templates import ListOrigin, TemplateCatalogue

if TYPE_CHECKING:
    from pathlib import Path

PLUG = {
    "vendor": "Acme",
    "name": "Plug",
    "model": "AP1",
    "chip": "BK7231N",
    "board": "CB2S",
    "pins": {"6": "Rel;1", "8": "Btn;1"},
    "flags": "1024",
}
PROFILE = {
    "manufacturer": "Acme",
    "name": "Strip",
    "key": "keyabc123",
    "profiles": [{"slug": "oem-bk7231n-plug-1.1.8-sdk-2.3.1"}],
    "device_configuration": {"rl1_pin": 6, "bt1_pin": 8, "bt1_lv": 0},
}
SOURCE = ListOrigin(name="acme", kind="file", location="x", licence="own", fetched="today")


def rules(raw: object) -> list[str]:
    return [item.rule for item in read_entry(raw).corrections]


def refuse(_url: str) -> bytes:
    raise AssertionError("nobody asked for a download")


def lists(*entries: object) -> bytes:
    return json.dumps({"version": 3, "devices": list(entries)}).encode()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"pins": {"6": "Relay;1"}}, "role-misspelt"),
        ({"pins": {"6": "Rel ;1"}}, "role-misspelt"),
        ({"pins": {"6": "Kettle;1"}}, "role-unknown"),
        ({"pins": {"6": "Btn;1,2"}}, "pin-not-understood"),
        ({"pins": {"6": "Rel;1", "06": "Btn;1"}}, "pin-used-twice"),
        ({"pins": ["Rel;1"]}, "pins-dropped"),
        ({"pins": {}}, "no-pins"),
        ({"flags": "many"}, "flags-not-understood"),
        ({"flags": 1024}, "flags-number"),
        ({"flags": None, "flag": 10}, "old-flag-field"),
        ({"chip": "bk7231n"}, "chip-respelt"),
        ({"chip": "T34"}, "chip-respelt"),
        ({"chip": ""}, "chip-from-module"),
        ({"board": "cb2s"}, "board-respelt"),
        ({"name": "Pl\x1bug"}, "control-characters"),
        ({"name": "Plug\u202e"}, "control-characters"),
        ({"name": "x" * 900}, "text-cut"),
        ({"name": ["Plug"]}, "text-dropped"),
        ({"keywords": ["w"] * 70}, "keywords-cut"),
        ({"command": "a" * 2000}, "command-dropped"),
        ({"command": "startDriver NTP\r\nPowerSave 1"}, "command-lines"),
        ({"wiki": "javascript:alert(1)"}, "link-dropped"),
        ({"image": "file:///etc/passwd"}, "link-dropped"),
        ({"product": 'https://x.example/"onload="x'}, "link-dropped"),
    ],
)
def test_each_correction_is_visible_by_its_rule(change: dict[str, object], rule: str) -> None:
    assert rule not in rules(PLUG)
    assert rule in rules({**PLUG, **change})
    assert rule in RULES


def test_corrected_values() -> None:
    template = read_entry({**PLUG, "pins": {"6": "relay;1"}, "flags": None, "flag": 8}).template
    assert [str(pin) for pin in template.pins] == ["Rel;1"]
    assert template.flags == 256
    assert read_entry({**PLUG, "flags": None, "flag": 1024}).template.flags == 1024
    joined = read_entry({**PLUG, "command": "startDriver NTP\nPowerSave 1\n"}).template.command
    assert joined == "backlog startDriver NTP; PowerSave 1"


@pytest.mark.parametrize("raw", [None, 5, "x", [], {}, {"pins": {"6": "Rel;1"}}, {"name": "\x00"}])
def test_hopeless_entries_are_rejected_with_a_reason(raw: object) -> None:
    assert read_entry(raw).rejected


def test_a_profile_becomes_a_configuration() -> None:
    entry = read_entry(PROFILE)
    assert entry.kind is EntryKind.CONFIGURATION
    assert entry.product_keys == ("keyabc123",)
    assert entry.template.chip == "BK7231N"
    assert {pin.gpio: pin.role for pin in entry.template.pins} == {6: "Rel", 8: "Btn"}
    assert entry.config is not None
    assert entry.config["rl1_pin"] == 6


def test_import_is_incremental() -> None:
    with TemplateCatalogue(None) as catalogue:
        first = catalogue.import_entries(SOURCE, [PLUG, PROFILE, 7])
        assert (first.added, first.usable, first.total) == (3, 2, 3)
        assert list(first.rejected.values()) == [1]
        again = catalogue.import_entries(SOURCE, [PLUG, PROFILE, 7])
        assert (again.unchanged, again.added, again.changed, again.removed) == (3, 0, 0, 0)
        later = catalogue.import_entries(SOURCE, [{**PLUG, "flags": "0"}])
        assert (later.changed, later.removed, later.total) == (1, 2, 1)
        assert [item.entry.template.flags for item in catalogue.entries(range(20))] == [0]


def test_equal_names_do_not_collide() -> None:
    with TemplateCatalogue(None) as catalogue:
        report = catalogue.import_entries(SOURCE, [PLUG, {**PLUG, "pins": {"7": "Rel;1"}}, PLUG])
        assert report.total == 3
        entry = catalogue.entry("acme:acme-plug-ap1-bk7231n-cb2s~2")
        assert entry is not None
        assert entry.entry.template.pins[0].gpio == 7


def test_rejected_entries_are_kept_and_named() -> None:
    with TemplateCatalogue(None) as catalogue:
        catalogue.import_entries(SOURCE, [PLUG, {"pins": {}}])
        (kept,) = catalogue.rejected("acme")
        assert "neither vendor nor name" in kept.entry.rejected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"[]",
        b"{}",
        b'"text"',
        b"[" * 100_000,
        b'{"devices": {}}',
        lists(PLUG)[:-9],
        b"1" * 5000,
    ],
)
def test_a_broken_list_leaves_the_old_one_in_place(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "devices.json"
    file.write_bytes(lists(PLUG))
    with open_catalogue() as catalogue:
        update(catalogue, UpdateRequest(origin=str(file)), download=refuse)
        before = catalogue.report("openbeken")
        file.write_bytes(data)
        with pytest.raises(ListUnusable):
            update(catalogue, UpdateRequest(origin=str(file)), download=refuse)
        assert catalogue.report("openbeken") == before


def test_an_import_that_dies_midway_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_catalogue() as catalogue:
        catalogue.import_entries(SOURCE, [PLUG])
        before = catalogue.report("acme")

        def die(*_args: object, **_facts: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("plugsmith.library.catalogue.templates.insert_entry", die)
        with pytest.raises(KeyboardInterrupt):
            catalogue.import_entries(SOURCE, [{**PLUG, "name": "Other"}])
        assert catalogue.report("acme") == before
        assert catalogue.entry("acme:acme-plug-ap1-bk7231n-cb2s") is not None


def test_provenance_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "devices.json"
    file.write_bytes(lists(PLUG))
    with open_catalogue() as catalogue:
        request = UpdateRequest(origin=str(file), licence="CC0")
        update(catalogue, request, download=refuse)
        source = catalogue.source("openbeken")
    assert source is not None
    assert (source.licence, source.location, source.version) == ("CC0", str(file), "3")
    assert source.fetched
    assert len(source.sha256) == 64


def test_a_folder_of_profiles(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "strip.json").write_text(json.dumps(PROFILE))
    (folder / "nameless.json").write_text(json.dumps({"config": {"rl1_pin": 6}}))
    (folder / "notes.json").write_text("not json")
    (folder / "readme.txt").write_text("x")
    with open_catalogue() as catalogue:
        outcome = update(catalogue, UpdateRequest(origin=str(folder)), download=refuse)
        names = {item.entry.template.name for item in catalogue.entries(range(20))}
    assert outcome.unreadable == ("notes.json",)
    assert outcome.report.usable == 2
    assert {"Strip", "nameless"} <= names


def test_an_address_is_fetched_only_when_given() -> None:
    asked: list[str] = []

    def download(url: str) -> bytes:
        asked.append(url)
        return lists(PLUG)

    with open_catalogue() as catalogue:
        url = "https://lists.example/devices.json"
        outcome = update(catalogue, UpdateRequest(origin=url), download=download)
    assert asked == [url]
    assert outcome.source.kind == "url"
    assert outcome.source.name == "openbeken"


def test_the_shipped_list_cannot_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / "plugsmith.json"
    file.write_bytes(lists(PLUG))
    with open_catalogue() as catalogue, pytest.raises(ListUnusable):
        update(catalogue, UpdateRequest(origin=str(file)), download=refuse)


def test_shipped_entries_are_whole_and_pass_their_own_lint() -> None:
    from plugsmith.interpret.openbeken.lint import has_errors, lint_template

    with open_catalogue(in_memory=True) as catalogue:
        report = catalogue.report("plugsmith")
        entries = catalogue.entries(range(100))
    assert report is not None
    assert not report.by_rule
    assert not report.rejected
    assert not any(has_errors(lint_template(item.entry.template)) for item in entries)


def test_ten_megabytes_of_text_do_no_harm() -> None:
    big = "A<script>" * 1_200_000
    entry = read_entry({**PLUG, "name": big, "model": big, "command": big, "keywords": [big] * 3})
    assert len(entry.template.name) <= 200
    assert entry.template.command == ""
    with TemplateCatalogue(None) as catalogue:
        catalogue.import_entries(SOURCE, [{**PLUG, "name": big}])
        (stored,) = catalogue.entries([1])
    assert len(stored.key) < 120
    assert set(stored.key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-:~")


def test_a_list_beyond_any_sense_is_refused() -> None:
    with pytest.raises(ListUnusable):
        list_from_bytes(b" " * (65 << 20), name="huge")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = catalogue_file(tmp_path)
    path.write_bytes(b"this is no database " * 100)
    with pytest.raises(CatalogueUnusable):
        TemplateCatalogue(path)


def test_a_file_of_a_later_version(tmp_path: Path) -> None:
    path = catalogue_file(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(CatalogueTooNew):
        TemplateCatalogue(path)


def test_an_old_file_is_brought_up_to_date(tmp_path: Path) -> None:
    path = catalogue_file(tmp_path)
    sqlite3.connect(path).close()  # an empty file is version 0
    with TemplateCatalogue(path) as catalogue:
        assert catalogue.import_entries(SOURCE, [PLUG]).added == 1
    with TemplateCatalogue(path) as catalogue:
        assert catalogue.report("acme") is not None


def test_the_text_index_heals_after_a_python_without_it(tmp_path: Path) -> None:
    from plugsmith.library.catalogue.search import Query, search

    path = catalogue_file(tmp_path)
    with TemplateCatalogue(path, text_index=False) as catalogue:
        catalogue.import_entries(SOURCE, [PLUG, PROFILE, 7])
    with TemplateCatalogue(path) as catalogue:
        assert [hit.entry.entry.template.name for hit in search(catalogue, Query(words="strip"))]
    with TemplateCatalogue(path, text_index=False) as catalogue:
        catalogue.import_entries(SOURCE, [{**PLUG, "name": "Kettle"}])
    with TemplateCatalogue(path) as catalogue:
        assert search(catalogue, Query(words="strip")) == []
        assert len(search(catalogue, Query(words="kettle"))) == 1
