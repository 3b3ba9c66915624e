"""The packaged tables: their quick copy never says anything but the TOML."""

from __future__ import annotations

import json

import pytest

from plugsmith.chips import tables

NAMES = sorted(path.name for path in tables._DATA.glob("*.toml"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The packaged files, to be changed at will."""
    for path in tables._DATA.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(tables, "_DATA", tmp_path)
    tables._quick_copies.cache_clear()
    yield tmp_path
    tables._quick_copies.cache_clear()


@pytest.mark.parametrize("name", NAMES)
def test_the_quick_copy_holds_what_the_toml_says(folder, name, monkeypatch):
    wanted = tables.parse((folder / name).read_text("utf-8"))
    monkeypatch.setattr(tables, "parse", lambda _text: pytest.fail("the copy was not used"))
    assert tables.load(name) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_an_edited_table_counts_at_once(folder, name):
    with (folder / name).open("a", encoding="utf-8") as stream:
        stream.write("\n[added]\nsize = 1\n")
    assert tables.load(name)["added"] == {"size": 1}


@pytest.mark.parametrize("copy", [None, "", "[1]", "{", '{"modules.toml": {}}', "\x00"])
def test_a_copy_that_is_gone_or_broken_changes_nothing(folder, copy):
    wanted = tables.load("modules.toml")
    tables._quick_copies.cache_clear()
    if copy is None:
        (folder / "parsed.json").unlink()
    else:
        (folder / "parsed.json").write_text(copy, encoding="utf-8")
    assert tables.load("modules.toml") == wanted


def test_the_copy_is_written_from_the_tables(folder):
    assert set(json.loads(tables.quick_copies())) == set(NAMES)
