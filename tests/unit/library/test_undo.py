"""Undo records: which one is the newest, whose it is, and how a change that was cut goes on."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace

import pytest

from plugsmith.errors.flows import NoSpaceLeft
from plugsmith.library import durable, undo
from plugsmith.library.set_aside import SetAside
from plugsmith.library.undo import UndoRecord, UndoStore, read_undo

MAC = "c8:47:8c:01:02:03"
RECORD = UndoRecord(
    mac=MAC, chip="BK7231T", host="10.0.0.1", kind="apply",
    created="2026-01-01T00:00:00+00:00", settings={"short_name": "of before", "channel": 3},
)  # fmt: skip


@pytest.fixture
def store(tmp_path):
    return UndoStore(tmp_path / "undo")


def stored(tmp_path):
    return sorted(path.name for path in (tmp_path / "undo").iterdir())


def test_what_was_kept_is_read_back_whole(store):
    kept = store.add(replace(RECORD, left={"short_name": "of now"}))
    assert read_undo(kept.path) == kept
    assert kept.finished
    assert kept.left == {"short_name": "of now"}
    assert store.latest(MAC) == kept


def test_the_newest_of_many_is_found_and_none_is_overwritten(store, tmp_path):
    for number in range(1, 12):
        store.add(replace(RECORD, settings={"channel": number}))
    assert store.latest(MAC).settings == {"channel": 11}
    assert stored(tmp_path) == [f"c8478c010203_{number:05d}.json" for number in range(1, 12)]


def test_a_number_is_never_given_again_while_a_newer_file_is_there(store, tmp_path):
    first, second = store.add(RECORD), store.add(RECORD)
    store.drop(first)
    third = store.add(RECORD)
    assert stored(tmp_path) == [second.path.name, third.path.name]
    assert third.path.name.endswith("_00003.json")


def test_a_name_without_a_number_neither_stops_nor_counts(store, tmp_path):
    store.add(RECORD)
    (tmp_path / "undo" / "c8478c010203_copy.json").write_text("{}")
    (tmp_path / "undo" / "c8478c010203_x-999.json").write_text("{}")
    assert store.add(RECORD).path.name == "c8478c010203_00002.json"


def test_a_long_number_in_a_name_counts_whole(store, tmp_path):
    store.add(RECORD)
    (tmp_path / "undo" / "c8478c010203_123456.json").write_text("{}")
    assert store.add(RECORD).path.name == "c8478c010203_123457.json"


def test_an_undo_of_another_address_is_not_of_this_device(store):
    store.add(RECORD)
    moved = store.add(replace(RECORD, host="10.0.0.2"))
    assert store.latest(MAC, "10.0.0.1").host == "10.0.0.1"
    assert store.latest(MAC) == moved
    assert store.latest(MAC, "10.0.0.3") is None
    assert store.latest("c8:47:8c:01:02:04") is None


def test_a_file_of_another_device_under_this_name_is_passed_over(store):
    mine = store.add(RECORD)
    other = store.add(RECORD)
    body = json.loads(other.path.read_text()) | {"mac": "c8:47:8c:01:02:99"}
    other.path.write_text(json.dumps(body))
    assert store.latest(MAC) == mine


def test_devices_without_an_address_share_a_name(store, tmp_path):
    kept = store.add(replace(RECORD, mac=""))
    assert stored(tmp_path) == ["nomac_00001.json"]
    assert store.latest("") == kept


def test_what_cannot_be_read_is_passed_over_and_told(tmp_path):
    aside = SetAside()
    store = UndoStore(tmp_path / "undo", aside)
    mine = store.add(RECORD)
    torn = store.add(RECORD)
    torn.path.write_text(torn.path.read_text()[:40])
    assert store.latest(MAC) == mine
    assert [path for path, _why in aside.untold()] == [torn.path]


def test_a_record_without_settings_is_no_undo_and_no_fault(tmp_path):
    aside = SetAside()
    store = UndoStore(tmp_path / "undo", aside)
    mine = store.add(RECORD)
    store.add(replace(RECORD, settings={}))
    assert store.latest(MAC) == mine
    assert aside.untold() == []


def test_the_next_try_at_a_change_that_was_cut_keeps_what_was_before_both(store, tmp_path):
    cut = store.add(replace(RECORD, finished=False))
    again = store.add(
        replace(RECORD, finished=False, settings={"channel": 9, "flags": 1}, left={"channel": 9})
    )
    assert again.path == cut.path
    assert again.settings == {"short_name": "of before", "channel": 3, "flags": 1}
    assert read_undo(cut.path) == again
    assert stored(tmp_path) == [cut.path.name]  # nor is a half-written one left


def test_a_change_that_was_finished_is_not_continued(store):
    cut = store.add(replace(RECORD, finished=False))
    store.finish(cut)
    assert store.latest(MAC).finished
    assert store.unfinished(MAC, RECORD.host, RECORD.kind) is None
    assert store.add(replace(RECORD, finished=False, settings={"channel": 9})).path != cut.path


def test_another_kind_of_change_does_not_continue_one_that_was_cut(store):
    cut = store.add(replace(RECORD, finished=False))
    assert store.unfinished(MAC, RECORD.host, "apply") == cut
    assert store.unfinished(MAC, RECORD.host, "pins") is None
    other = store.add(replace(RECORD, kind="pins", finished=False, settings={"pin": 1}))
    assert other.path != cut.path
    assert other.settings == {"pin": 1}


def test_a_whole_record_behind_a_cut_one_is_a_file_of_its_own(store):
    cut = store.add(replace(RECORD, finished=False))
    whole = store.add(replace(RECORD, settings={"channel": 9}))
    assert whole.path != cut.path
    assert whole.settings == {"channel": 9}


def test_a_record_that_is_rewritten_stays_private_though_a_torn_copy_lies_there(store):
    cut = store.add(replace(RECORD, finished=False))
    cut.path.with_suffix(".tmp").write_text("torn " * 1000)
    store.finish(cut)
    assert read_undo(cut.path).finished
    assert cut.path.stat().st_mode & 0o777 == 0o600


def test_a_name_that_was_taken_in_the_meantime_is_not_overwritten(store, monkeypatch):
    taken = store.add(RECORD)
    before = taken.path.read_bytes()
    monkeypatch.setattr(store, "_free_name", lambda _record: taken.path)
    with pytest.raises(Exception, match=r"undo|exist") as refused:
        store.add(replace(RECORD, settings={"channel": 9}))
    assert refused.value.code.startswith("PS-")
    assert taken.path.read_bytes() == before


def test_a_full_disk_leaves_nothing_half_written(store, tmp_path, monkeypatch):
    cut = store.add(replace(RECORD, finished=False))
    before = cut.path.read_bytes()

    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(undo, "make_durable", full)
    for change in (lambda: store.add(RECORD), lambda: store.finish(cut)):
        with pytest.raises(NoSpaceLeft):
            change()
        assert stored(tmp_path) == [cut.path.name]
        assert cut.path.read_bytes() == before


def test_what_is_made_durable_is_whole_and_then_told_to_whoever_carries_it_further(
    store, tmp_path, monkeypatch
):
    told = []
    monkeypatch.setattr(undo, "make_durable", lambda handle: told.append(os.fstat(handle).st_size))
    monkeypatch.setattr(durable, "_hooks", [lambda: told.append(stored(tmp_path))])
    cut = store.add(replace(RECORD, finished=False))
    store.finish(cut)
    sizes = [size for size in told if isinstance(size, int)]
    assert told == [sizes[0], [cut.path.name], sizes[1], [cut.path.name]]
    assert sizes[0] > 100
    assert sizes[1] == cut.path.stat().st_size


def test_a_disk_that_takes_and_gives_nothing_is_told_by_what_it_said_first(store, monkeypatch):
    cut = store.add(replace(RECORD, finished=False))

    def refuses(number):
        def act(*_args, **_how):
            raise OSError(number, "refused")

        return act

    monkeypatch.setattr(undo, "make_durable", refuses(errno.ENOSPC))
    monkeypatch.setattr(type(cut.path), "unlink", refuses(errno.EROFS))
    with pytest.raises(NoSpaceLeft):
        store.add(RECORD)


def test_an_undo_that_was_carried_out_is_forgotten_once_and_quietly(store):
    kept = store.add(RECORD)
    store.drop(kept)
    store.drop(kept)
    store.drop(RECORD)  # was never on the disk
    store.finish(RECORD)
    assert store.latest(MAC) is None


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "plugsmith-undo/2"},
        {"mac": 7},
        {"created": None},
        {"settings": ["short_name"]},
        {"settings": None},
    ],
)
def test_a_file_of_another_form_is_no_record(store, change):
    kept = store.add(RECORD)
    kept.path.write_text(json.dumps(json.loads(kept.path.read_text()) | change))
    assert read_undo(kept.path) is None


@pytest.mark.parametrize("text", ["[]", "null", "{", "7", ""])
def test_a_file_that_is_no_object_is_no_record(tmp_path, text):
    (tmp_path / "record.json").write_text(text)
    assert read_undo(tmp_path / "record.json") is None


def test_a_record_of_an_older_version_counts_as_finished_and_leaves_nothing(store):
    kept = store.add(RECORD)
    body = json.loads(kept.path.read_text())
    del body["finished"], body["left"]
    kept.path.write_text(json.dumps(body))
    assert read_undo(kept.path).finished
    assert read_undo(kept.path).left == {}
    kept.path.write_text(json.dumps(body | {"left": "all", "finished": False}))
    assert read_undo(kept.path).left == {}
    assert not read_undo(kept.path).finished
