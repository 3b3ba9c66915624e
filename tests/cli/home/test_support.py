"""A support bundle holds no secret, says what happened, and plays back against the client."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from bundle_port import BundlePort, with_crc

from plugsmith.api.options import parameters
from plugsmith.api.table import BY_NAME, private_options
from plugsmith.cli.app import main
from plugsmith.clock import VirtualClock
from plugsmith.errors.own.reports import NotClean
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.context import FlowContext
from plugsmith.flows.own.run_record import RunRecord, clean, clean_command, is_private
from plugsmith.flows.own.support import write_bundle
from plugsmith.flows.wire.connected import connected
from plugsmith.library.library import Library
from plugsmith.secrets import KNOWN

BUNDLES = Path(__file__).parents[2] / "data" / "bundles"


def bundle(out: Path, *words: str) -> tuple[int, dict[str, str]]:
    code = main(["support", "-o", str(out), *words])
    with zipfile.ZipFile(out) as archive:
        return code, {name: archive.read(name).decode() for name in archive.namelist()}


def replayed(path: Path, library: Path):
    """The identity that our client makes of the recorded wire, and how many lines it took."""
    clock = VirtualClock()
    port = BundlePort(path, clock)
    ctx = FlowContext(
        port_name="bundle", open_port=lambda: port, clock=clock, sink=EventLog(),
        cancel=CancelToken(), library=Library(library), again="", consent=lambda _q, _s: None,
        warn_of_mains=False,
    )  # fmt: skip
    with connected(ctx) as device:
        played = port.finish()
        return port.about, device.identity, played


@pytest.mark.sample(2)
@pytest.mark.parametrize("chip", ["bk7231n", "bk7238", "bk7231t", "bk7231u", "bk7231q"])
def test_a_bundle_plays_back_against_the_client(chip, tmp_path, capsys):
    code, members = bundle(tmp_path / "b.zip", "info", "--port", f"sim://{chip}")
    assert code == 0
    assert set(members) == {"README.txt", "bundle.json", "events.jsonl", "trace.jsonl"}
    about, identity, played = replayed(tmp_path / "b.zip", tmp_path / "other-home")
    assert played > 10
    # what tells an N from an M is a byte of its eFuse, which no trace holds
    assert identity.chip.name[:6] == about["identity"]["chip"][:6] == chip.upper()[:6]


def test_a_client_that_says_something_else_does_not_pass(tmp_path, capsys):
    bundle(tmp_path / "b.zip", "info", "--port", "sim://bk7231n")
    port = BundlePort(tmp_path / "b.zip", VirtualClock())
    with pytest.raises(AssertionError):
        port.write(bytes.fromhex("01e0fc0101"))


@pytest.mark.parametrize("path", sorted(BUNDLES.glob("*.zip")), ids=lambda path: path.stem)
def test_every_bundle_that_people_sent_still_plays(path, tmp_path):
    about, identity, _played = replayed(path, tmp_path)
    assert identity.chip.name[:6] == about["identity"]["chip"][:6]


def test_no_address_of_the_device_and_no_content_is_in_it(tmp_path, capsys):
    main(["info", "--port", "sim://bk7231n", "--json"])
    mac = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]["mac"]
    _code, members = bundle(tmp_path / "b.zip", "info", "--port", "sim://bk7231n")
    text = "".join(members.values()).lower()
    for form in (mac, mac.replace(":", ""), mac.replace(":", "-"), mac[9:]):
        assert form.lower() not in text
    for line in members["trace.jsonl"].splitlines():
        body = json.loads(line)
        for frame in bytes.fromhex(body.get("hex", "")).split(b"\x04\x0e"):
            assert len(frame) <= 21


def test_an_error_is_in_it_and_the_exit_code_is_that_of_support(tmp_path, capsys):
    code, members = bundle(
        tmp_path / "b.zip", "info", "--port", "sim://bk7231n?fault=silent", "--link-timeout", "1"
    )
    assert code == 0
    about = json.loads(members["bundle.json"])
    assert (about["exit_code"], about["error"]["code"]) == (4, "PS-LINK-TIMEOUT")


def test_the_last_run_that_failed_is_taken(tmp_path, capsys):
    assert main(["support", "--json"]) == 8
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["code"] == "PS-SUPPORT-NO-RUN"
    assert main(["info", "--port", "sim://bk7231n?fault=silent", "--link-timeout", "1"]) == 4
    code, members = bundle(tmp_path / "b.zip")
    assert code == 0
    about = json.loads(members["bundle.json"])
    assert (about["verb"], about["exit_code"]) == ("info", 4)


@pytest.mark.parametrize("words", [["nonsense"], ["support", "info"], ["sim"], ["info", "--what"]])
def test_what_cannot_be_put_into_a_bundle_is_said(words, tmp_path, capsys):
    assert main(["support", "-o", str(tmp_path / "b.zip"), *words]) == 2
    assert not (tmp_path / "b.zip").exists()


SECRETS = [
    "ssid: MyHomeNet-5G", "password=correct horse", "c8:47:8c:12:34:56", "psk 0123456789abcdef0123",
    '{"wifi_password": "hunter2hunter2"}', "http://me:secret@host/", "deadbeefdeadbeefdeadbeef",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS)
def test_private_texts_are_masked_wherever_they_stand(text):
    cleaned = json.dumps(clean({"a": [{"message": f"it said {text} there"}], "b": text}))
    for word in ("MyHomeNet", "horse", "12:34:56", "0123456789abcdef", "hunter2", "secret@",
                 "deadbeef"):  # fmt: skip
        assert word not in cleaned
    assert not is_private(str(clean(text)))


def test_values_of_private_options_are_masked():
    words = ["flash", "--wifi-ssid", "Home", "--set", "mqtt_user=me", "--name=Kitchen", "x.bin"]
    assert clean_command(words, private_options()) == [
        "flash", "--wifi-ssid", "***", "--set", "***", "--name=***", "x.bin",
    ]  # fmt: skip


TELLING = {"key", "password", "secret", "ssid", "user", "mqtt", "broker", "token", "set", "send"}


@pytest.mark.parametrize("verb", sorted(BY_NAME))
def test_no_option_with_a_telling_name_shows_its_value(verb):
    for item in parameters(BY_NAME[verb].request_type):
        telling = TELLING & set(item.shown.strip("-").split("-")) or item.words.metavar == "KEY"
        for flag in item.written if telling and item.plain_type is not bool else ():
            words = [verb, flag, "canary", f"{flag}=canary", "x"]
            cleaned = clean_command(words, private_options())
            assert cleaned == [verb, flag, "***", f"{flag}=***", "x"]


@pytest.mark.parametrize("between", [" ", ",", "\t", ", "])
@pytest.mark.parametrize("option", ["--key", "--from-key"])
def test_a_code_key_is_in_no_bundle(option, between, tmp_path, capsys):
    """The name of the file holds a word of it: what the errors tell is looked through too."""
    words = ["0x11112222", "33334444", "0xA5A5b6b6", "7777888"]
    line = ["image", "convert", f"missing {words[1]}.bin", "--to", "app", "-o", "x.bin"]
    code, members = bundle(tmp_path / "b.zip", *line, option, between.join(words))
    assert code == 0
    for text in members.values():
        assert not [word for word in words if word.lower().removeprefix("0x") in text.lower()]


def test_a_private_option_is_in_no_run_that_is_kept(tmp_path, capsys, monkeypatch):
    line = ["console", "--port", "socket://127.0.0.1:1", "--send", "canary"]
    monkeypatch.setattr("sys.argv", ["plugsmith", *line])
    assert main(line) not in {0, 1, 2}
    _code, members = bundle(tmp_path / "b.zip")
    about = json.loads(members["bundle.json"])
    assert about["command"] == [*line[:-1], "***"]
    assert "canary" not in "".join(members.values())


@pytest.mark.parametrize("place", ["error", "events", "trace", "known"])
def test_nothing_is_written_where_the_search_finds_something(place, tmp_path, monkeypatch):
    record = RunRecord(verb="info", command=("info",), exit_code=0, error=None, result=None)
    secret = "password=hunter2hunter2"
    if place == "error":
        record = replace(record, error={"code": "X", "message": secret})
    if place == "events":
        record = replace(record, events=({"type": "log", "message": secret},))
    if place == "trace":
        line = json.dumps({"ms": 1, "event": "rx", "len": 30, "hex": "00" * 30})
        record = replace(record, trace=line + "\n")
    if place == "known":
        monkeypatch.setattr(KNOWN, "mask", lambda text: text.replace("info", "***"))
    with pytest.raises(NotClean):
        write_bundle(tmp_path / "b.zip", record)
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("wanted", [0, 1, 0xDEADBEEF, 0xFFFFFFFF])
@pytest.mark.parametrize("start", [b"", b"any bytes of 256" * 16])
def test_filler_has_the_checksum_that_is_wanted(wanted, start):
    filler = with_crc(4096, wanted, start)
    assert (zlib.crc32(filler), len(filler), filler[: len(start)]) == (wanted, 4096, start)
