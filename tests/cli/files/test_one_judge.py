"""No two verbs call one file two things, and each refusal names the verb that helps with it."""

from __future__ import annotations

import gzip
import json

import pytest
from bare_verbs import nothing_there
from owned_files import NOISE, K, locked_zip, owned_files, packed_files, zipped
from verbs_of_files import VERBS

from plugsmith.cli.app import main
from plugsmith.dump.survey.report import DamageKind as D
from plugsmith.flows.input_file import MAX_FILE_LEN
from plugsmith.flows.judged_file import JudgedFile

__all__ = ["nothing_there"]
pytestmark = pytest.mark.slow

FILES = owned_files()
ORDER = {item.value for item in (D.SHIFTED, D.TRAILING, D.BYTES_LOST)}
#: what a refusal of a kind must name; `None`: no verb helps, and the sentence says what does
HELPS = {
    K.FACTORY: "dump config",
    K.FLASH: "dump config",
    K.OPENBEKEN: "obk config read",
    K.PART: "dump config",
    K.DISORDERED: "dump repair",
    K.FLASH_START: "plugsmith flash",
    K.QIO: "plugsmith flash",
    K.APPLICATION: "plugsmith flash",
    K.UF2: "plugsmith flash",
    K.UPDATE: "device ota",
    K.LOADER: "--loader",
    K.SETTINGS: "obk config read",
    K.RF: "rf show",
    K.PINS: "dump config",
    K.TEMPLATE: "template lint",
    K.TEXT: "dump config",
    K.PAGE: "Download the file itself",
    K.DOCUMENT: "Give a flash dump",
    K.PACKED: "Unpack the archive",
    K.OTHER_CHIP: "plugsmith flash --via esptool",
    K.UNKNOWN: "dump info",
    K.BLANK: "plugsmith backup",
}
_CODE = {K.QIO, K.APPLICATION, K.UF2, K.FLASH_START, K.LOADER, K.UPDATE}
_FLASH = {K.FACTORY, K.FLASH, K.OPENBEKEN, K.PART, K.DISORDERED, K.FLASH_START}
#: kinds that a verb works on: what it says of one of them is about what is in it
TAKES = {
    "dump config": _FLASH | {K.PINS, K.TEMPLATE, K.TEXT},
    "dump records": _FLASH,
    "dump repair": _FLASH,
    "dump sanitize": _FLASH,
    "image convert": _CODE | _FLASH,
    "image boot": _CODE | _FLASH,
    "template export": _FLASH | {K.PINS, K.TEMPLATE, K.TEXT},
    "template match": _FLASH | {K.PINS, K.TEMPLATE, K.TEXT},
    "template lint": _FLASH | {K.PINS, K.TEMPLATE, K.TEXT},
    "obk config read": {K.SETTINGS, K.OPENBEKEN, K.FLASH_START},
    "obk config build": _CODE | _FLASH,
    "flash": {K.FACTORY, K.OPENBEKEN, K.FLASH},
    "flash --template": _FLASH | {K.PINS, K.TEMPLATE, K.TEXT, K.SETTINGS},
    "restore": {K.FACTORY, K.OPENBEKEN, K.FLASH},
    "device ota": _CODE | _FLASH,
    "device apply": _FLASH | {K.PINS, K.TEMPLATE, K.TEXT, K.SETTINGS},
    "device calibrate": _FLASH,
    "unbrick": set(),
}


@pytest.fixture
def run(capsys, tmp_path):
    """Runs a verb on some bytes: (exit code, last line)."""

    def runner(verb: str, data: bytes, name: str = "file"):
        file, out = tmp_path / name, tmp_path / "out"
        file.write_bytes(data)
        out.unlink(missing_ok=True)
        code = main([*VERBS[verb].format(file=file, out=out).split(), "--json"])
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return runner


@pytest.mark.sample(13)
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_it_is(name):
    kind, data = FILES[name]
    assert JudgedFile(name=name, data=data).kind is kind


def test_every_kind_has_a_file_and_a_way_on():
    kinds = {kind for kind, _data in FILES.values()}
    assert set(K) == kinds == set(HELPS)


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", FILES)
def test_what_a_file_is_and_what_a_firmware_is_do_not_contradict(name, run):
    kind, data = FILES[name]
    as_dump, as_image = run("dump info", data)[1]["data"], run("image info", data)[1]["data"]
    said = " ".join(as_image["problems"])
    known = set(as_image["chips"])
    assert not known or as_dump["chip"] in known | {None}
    if as_image["kind"] not in {"full-dump", "flash-start", "unknown"}:
        assert as_dump["chip"] == as_image["chip"]
    if as_image["kind"] == "unknown" and as_dump["looks_like"]:
        assert as_dump["looks_like"] in said
    if as_image["kind"] == "unknown" and as_dump["kind"] not in {"unknown", "random", "blank"}:
        assert HELPS[kind] in said  # it is no firmware, and still something
    if as_dump["usable_as_backup"]["level"] != "none":
        assert as_image["problems"] == []
    order = [item["text"] for item in as_dump["damage"] if item["what"] in ORDER]
    if as_image["kind"] in {"full-dump", "flash-start"}:
        assert set(order) <= set(as_image["problems"])


@pytest.mark.sample(2)
@pytest.mark.parametrize("more", [1, 0x1000, 0x8_0000, 0x10_0000])
def test_what_follows_a_whole_flash_is_told_and_not_called_less_than_one(more, run):
    data = FILES["openbeken"][1] + NOISE(more)
    said = run("image info", data)[1]["data"]
    assert any(str(more) in text for text in said["problems"])
    assert not any("less than a whole flash" in text for text in said["notes"])
    assert "dump repair" in run("flash", data)[1]["hint"]


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", [name for name in FILES if FILES[name][0] in _FLASH])
def test_a_backup_is_restored_and_nothing_else_is(name, run):
    code, last = run("restore", FILES[name][1])
    level = run("dump info", FILES[name][1])[1]["data"]["usable_as_backup"]["level"]
    refused = last.get("code") == "PS-INPUT-NOT-A-BACKUP"
    assert refused is (level == "none") or code == 3  # 3: only the device can tell


@pytest.mark.sample(3)
@pytest.mark.parametrize("verb", VERBS)
def test_a_refusal_names_the_verb_that_helps_with_this_kind(verb, run):
    for name, (kind, data) in _smallest(set(K) - TAKES.get(verb, set())).items():
        code, last = run(verb, data)
        if last["type"] != "error" or code in {3, 4, 10}:
            continue
        assert code in {5, 8, 9}, (name, last)
        assert last["hint"], (name, last)
        assert "new dump" not in last["hint"]
        broken = kind in _CODE and "again" in last["hint"]
        assert HELPS[kind] in last["hint"] or broken, (name, last)


@pytest.mark.parametrize("verb", ["flash --template", "device apply"])
@pytest.mark.parametrize("name", ["settings", "pins", "log", "page-with-pins", "template"])
def test_what_describes_a_device_is_taken_where_one_is_set_up(verb, name, run):
    code, last = run(verb, FILES[name][1])
    assert (code, last["code"]) in {(3, "PS-PORT-NOT-FOUND"), (10, "PS-DEVICE-UNREACHABLE")}


@pytest.mark.parametrize("name", ["tar", "nested", "locked", "spoilt"])
def test_what_shows_through_of_an_archive_is_not_taken_for_a_flash(name, run):
    dump = FILES["dump-t"][1]
    packed = bytearray(gzip.compress(dump, 1))
    packed[-8] ^= 1
    data = {
        "tar": FILES["tar"][1],
        "nested": zipped(inner=zipped(dump=dump)),
        "locked": locked_zip(),
        "spoilt": bytes(packed),
    }[name]
    for verb in VERBS:
        code, last = run(verb, data)
        if (verb, name) == ("dump records", "tar"):
            assert last["data"]["records"]  # each of them was found and opened; none is judged
        elif last["type"] == "error" and code not in {3, 4, 10}:
            assert code in {5, 8, 9}, (verb, last)
            assert "npack" in last["hint"] or "again" in last["hint"], (verb, last)
            assert "Error" not in last["message"], (verb, last)
            assert "password required" not in last["message"], (verb, last)
        else:
            assert verb in {"dump info", "image info", "template lint"}, (verb, last)
            assert last["data"]["kind"] == "unknown", (verb, last)
            assert code == 9


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("dump repair", "rotated"),
        ("dump sanitize", "dump-t"),
        ("image convert", "dump-t"),
        ("obk config build", "qio-t"),
    ],
)
def test_an_output_in_a_folder_that_is_not_there_is_refused_alike(verb, name, capsys, tmp_path):
    file, out = tmp_path / "file", tmp_path / "no" / "such" / "out"
    file.write_bytes(FILES[name][1])
    code = main([*VERBS[verb].format(file=file, out=out).split(), "--json"])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (code, last["code"]) == (5, "PS-LIBRARY-DENIED")
    assert not out.exists()


def _smallest(kinds):
    """The shortest file of each of these kinds."""
    found = {}
    for name, (kind, data) in sorted(FILES.items(), key=lambda item: len(item[1][1])):
        if kind in kinds and kind not in {known for known, _data in found.values()}:
            found[name] = (kind, data)
    return found


@pytest.mark.sample(5)
@pytest.mark.parametrize("verb", VERBS)
def test_an_empty_file_and_a_giant_are_the_same_to_every_verb(verb, run):
    code, last = run(verb, b"")
    assert (code, last["code"]) == (9, "PS-INPUT-EMPTY")
    code, last = run(verb, bytes(MAX_FILE_LEN + 1))
    assert (code, last["code"]) == (9, "PS-INPUT-TOO-LARGE")


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", packed_files())
@pytest.mark.parametrize(
    "verb", ["dump info", "image info", "dump config", "template lint", "flash"]
)
def test_a_packed_file_is_what_is_in_it(name, verb, run):
    inside, archive = packed_files()[name]
    code, last = run(verb, archive, name)
    plain_code, plain = run(verb, FILES[inside][1])
    assert (code, last.get("code")) == (plain_code, plain.get("code"))
    for field in ("kind", "chip", "status", "verdict"):
        assert last.get("data", {}).get(field) == plain.get("data", {}).get(field)
