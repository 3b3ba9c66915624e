"""The seams that let the core run in a browser: keys, turns on the wire, written files."""

from __future__ import annotations

import hashlib
import threading

import pytest

from plugsmith.boot.alive import Turn
from plugsmith.library import durable
from plugsmith.library.home import write_whole
from plugsmith.library.jobs.journal import Journal, encode_line, replay
from plugsmith.tuya.wpa_key import pbkdf2_by_hand, wpa_key


@pytest.mark.parametrize(
    ("password", "ssid"),
    [(b"password", b"IEEE"), (b"x" * 63, b"y" * 32), ("żółw-123".encode(), b" ")],
)
def test_the_key_of_a_network_is_the_same_without_openssl(password, ssid):
    expected = hashlib.pbkdf2_hmac("sha1", password, ssid, 4096, 32)
    assert pbkdf2_by_hand(password, ssid) == wpa_key(password, ssid) == expected


def test_the_published_key_of_802_11():
    key = "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert pbkdf2_by_hand(b"password", b"IEEE").hex() == key


def test_a_keeper_in_the_clients_own_thread_waits_its_turn():
    turn = Turn()
    with turn, turn, turn.between() as free:
        assert not free
    with turn.between() as free:
        assert free


def test_a_keeper_in_another_thread_waits_its_turn():
    turn, seen = Turn(), []

    def look():
        with turn.between() as free:
            seen.append(free)

    for held in (True, False):
        thread = threading.Thread(target=look)
        if held:
            with turn:
                thread.start()
                thread.join()
        else:
            thread.start()
            thread.join()
    assert seen == [False, True]


@pytest.fixture
def hooks(monkeypatch):
    monkeypatch.setattr(durable, "_hooks", [])
    return durable


def test_each_durable_write_of_the_library_is_told(tmp_path, hooks):
    told = []
    hooks.on_write(lambda: told.append(sorted(path.name for path in tmp_path.iterdir())))
    write_whole(tmp_path / "a.json", b"{}")
    assert told == [["a.json"]]
    journal = Journal.create(tmp_path / "j")
    told.clear()
    journal.append("begin", {})
    assert told == []
    journal.append("erase", {"sector": 1}, durable=True)
    assert told == [["a.json", "j"]]


def test_a_write_that_cannot_be_carried_further_is_no_write(tmp_path, hooks):
    def full():
        raise OSError(28, "quota exceeded")

    hooks.on_write(full)
    with pytest.raises(OSError, match="quota"):
        write_whole(tmp_path / "a.json", b"{}")


def test_a_journal_from_elsewhere_cannot_nest_deeper_than_anybody_means():
    deep = encode_line(0, "begin", {"x": 1}).replace(b'{"x": 1}', b"[" * 100_000)
    assert replay(deep) == []
