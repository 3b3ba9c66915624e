"""The store of backups: proven, added beside, never replaced, found again."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from plugsmith.boot.flash import Proof
from plugsmith.errors import InputMissing, UsageError
from plugsmith.errors.flows import NoRightToWrite, NoSpaceLeft, NotABackup
from plugsmith.errors.library import BackupChanged, OutputExists, PassportTooNew, PassportUnreadable
from plugsmith.library import home as home_module
from plugsmith.library.backups.passport import Passport, ProvenRange, RegionDigest, read_passport
from plugsmith.library.backups.store import Backup, file_stem, open_backup
from plugsmith.library.device_key import DeviceKey
from plugsmith.library.library import Library
from plugsmith.memory import AddressRange

SIZE = 0x8000
RF = 0x4000


def content(seed: int) -> bytes:
    return bytes((seed * 7 + index * 13 + index // 256) & 0xFF for index in range(SIZE))


def passport_for(data: bytes, **changes) -> Passport:
    rf = data[RF : RF + 0x1000]
    passport = Passport(
        tool="plugsmith 0.1.0",
        created="2026-11-22T10:00:00Z",
        label="WB2S plug",
        chip="BK7231T",
        family="loader",
        chip_id=None,
        boot="BK7231T 1.0.5",
        boot_version="1.0.5",
        loader_crc=0xBA54C1B8,
        loader_covers=256,
        jedec=None,
        flash_part=None,
        flash_size=len(data),
        size_proof="wrap",
        key_class="tuya",
        key_evidence="inferred from the boot loader",
        mac="c8:47:8c:01:02:03",
        rf_start=RF,
        rf_sha256=hashlib.sha256(rf).hexdigest(),
        sha256=hashlib.sha256(data).hexdigest(),
        crc32=zlib.crc32(data),
        regions=(
            RegionDigest(
                name="RF calibration and MAC",
                role="rf",
                span=AddressRange(RF, RF + 0x1000),
                sha256=hashlib.sha256(rf).hexdigest(),
                blank=False,
            ),
        ),
        ranges=(ProvenRange(span=AddressRange(0, len(data)), proof=Proof.DEVICE_CRC),),
        adapter="1a86:7523:",
        port="/dev/ttyUSB0",
        baud=921600,
    )
    return replace(passport, **changes)


def device_of(passport: Passport) -> DeviceKey:
    return DeviceKey(
        chip=passport.chip,
        flash_size=passport.flash_size,
        mac=passport.mac,
        rf_sha256=passport.rf_sha256,
    )


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def test_the_home_is_what_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "mine"))
    assert Library().root == tmp_path / "mine"
    monkeypatch.delenv("PLUGSMITH_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Library().root.is_relative_to(tmp_path)
    assert not Library().root.exists()  # nothing is made before it is needed


def test_a_stored_backup_has_passport_rf_and_mac_apart(library):
    data = content(1)
    backup = library.backups.add(data, passport_for(data))
    assert backup.file.name == "bk7231t-wb2s-plug_010203_2026-11-22.bin"
    assert backup.read() == data
    assert backup.file.with_suffix(".rf.bin").read_bytes() == data[RF : RF + 0x1000]
    assert backup.file.with_suffix(".mac.txt").read_text() == "c8:47:8c:01:02:03\n"
    assert open_backup(backup.file) == backup
    assert open_backup(backup.passport_file) == backup
    assert not list(library.root.rglob(".new-*"))


def test_the_same_content_is_stored_once_and_other_content_beside_it(library):
    first, later = content(1), content(2)
    one = library.backups.add(first, passport_for(first))
    assert library.backups.add(first, passport_for(first)) == one
    two = library.backups.add(later, passport_for(later))
    assert two.file.name == "bk7231t-wb2s-plug_010203_2026-11-22_2.bin"
    assert one.read() == first
    assert two.read() == later
    assert len(library.backups.entries()) == 2


def test_only_the_very_same_device_is_found(library):
    data = content(1)
    passport = passport_for(data)
    stored = library.backups.add(data, passport)
    device = device_of(passport)
    assert library.backups.find(device) == stored
    assert library.backups.find(replace(device, mac="c8:47:8c:01:02:04")) is None
    assert library.backups.find(replace(device, rf_sha256="0" * 64)) is None
    assert library.backups.find(replace(device, mac=None)) is None
    assert library.backups.find(DeviceKey(chip="BK7231T", flash_size=SIZE)) is None


def test_devices_without_mac_are_never_the_same(library):
    data = content(1)
    passport = passport_for(data, mac=None, rf_start=None, rf_sha256=None)
    stored = library.backups.add(data, passport)
    assert "_nomac_" in stored.file.name
    assert library.backups.find(device_of(passport)) is None


def test_what_a_device_without_mac_may_be_compared_with_has_no_mac_either(library):
    named, nameless = content(1), content(2)
    own = passport_for(nameless, mac=None, rf_start=None, rf_sha256=None)
    device = device_of(own)
    library.backups.add(named, passport_for(named))
    assert library.backups.to_compare(device) is None
    stored = library.backups.add(nameless, own)
    assert library.backups.to_compare(device) == stored
    assert library.backups.to_compare(device_of(passport_for(named))) is None
    assert library.backups.to_compare(replace(device, flash_size=SIZE * 2)) is None


@pytest.mark.parametrize("rest", [".rf.bin", ".mac.txt"])
def test_what_lies_there_of_a_backup_that_was_cut_off_stops_no_other(library, rest):
    data = content(1)
    passport = passport_for(data)
    library.backups.folder.mkdir(parents=True)
    (library.backups.folder / f"{file_stem(passport)}{rest}").write_bytes(b"torn")
    backup = library.backups.add(data, passport)
    assert backup.read() == data
    assert backup.file.with_suffix(rest).read_bytes() != b"torn"


def test_the_latest_of_several_is_found_and_a_spoilt_one_is_passed_over(library):
    old, new = content(1), content(2)[:RF] + content(1)[RF:]
    one = library.backups.add(old, passport_for(old))
    two = library.backups.add(new, passport_for(new, created="2026-11-23T10:00:00Z"))
    device = device_of(one.passport)
    assert library.backups.find(device) == two
    two.file.write_bytes(b"x" + new[1:])
    assert library.backups.find(device) == one
    two.file.unlink()
    assert library.backups.find(device) == one


def test_an_unproven_or_uniform_read_is_not_a_backup(library):
    data = content(1)
    half = (ProvenRange(span=AddressRange(0, SIZE // 2), proof=Proof.DEVICE_CRC),)
    with pytest.raises(NotABackup):
        library.backups.add(data, passport_for(data, ranges=half))
    blank = b"\xff" * SIZE
    with pytest.raises(NotABackup, match="0xFF"):
        library.backups.add(blank, passport_for(blank))
    with pytest.raises(NotABackup):
        Backup(
            file=Path("x.bin"), passport_file=Path("x.json"), passport=passport_for(data, ranges=())
        )
    assert library.backups.entries() == ()
    assert not list(library.backups.folder.glob("*.bin"))


def test_a_passport_of_other_bytes_is_our_defect(library):
    with pytest.raises(ValueError, match="other bytes"):
        library.backups.add(content(1), passport_for(content(2)))


def test_changed_files_are_refused(library):
    data = content(1)
    backup = library.backups.add(data, passport_for(data))
    backup.file.write_bytes(data[:-1])
    with pytest.raises(BackupChanged, match="bytes instead of"):
        open_backup(backup.file)
    backup.file.write_bytes(data[:-1] + b"\0")
    with pytest.raises(BackupChanged, match="SHA-256"):
        backup.read()
    backup.passport_file.write_text("{")
    with pytest.raises(PassportUnreadable):
        open_backup(backup.file)
    backup.passport_file.unlink()
    with pytest.raises(InputMissing):
        open_backup(backup.file)


def test_a_claimed_name_without_passport_is_not_a_backup_and_not_reused(library):
    data = content(1)
    claimed = library.backups.folder / f"{file_stem(passport_for(data))}.bin"
    claimed.parent.mkdir(parents=True)
    claimed.touch()  # a crash between claim and passport
    stored = library.backups.add(data, passport_for(data))
    assert stored.file != claimed
    assert claimed.read_bytes() == b""
    assert [entry.file for entry in library.backups.entries()] == [stored.file]


def test_output_elsewhere_is_known_and_never_overwrites(library, tmp_path):
    data = content(1)
    out = tmp_path / "elsewhere" / "mine.dump"
    stored = library.backups.add(data, passport_for(data), out=out)
    assert stored.file == out
    assert out.with_suffix(".json").exists()
    assert library.backups.find(device_of(stored.passport)) == stored
    with pytest.raises(OutputExists):
        library.backups.add(content(2), passport_for(content(2)), out=out)
    with pytest.raises(OutputExists):
        library.backups.check_room(SIZE, out=out)
    with pytest.raises(OutputExists):  # its sidecars would be overwritten
        library.backups.add(content(2), passport_for(content(2)), out=out.with_suffix(".bin"))
    with pytest.raises(UsageError):
        library.backups.add(content(2), passport_for(content(2)), out=tmp_path / "b.json")
    assert out.read_bytes() == data
    out.unlink()
    assert library.backups.find(device_of(stored.passport)) is None


def test_no_room_is_seen_before_the_first_byte(library, monkeypatch):
    class Usage:
        free = SIZE

    monkeypatch.setattr(home_module.shutil, "disk_usage", lambda _folder: Usage)
    with pytest.raises(NoSpaceLeft) as full:
        library.backups.check_room(SIZE)
    assert full.value.facts["free"] == SIZE
    Usage.free = 1 << 30
    library.backups.check_room(SIZE)


def test_missing_rights_are_seen_before_the_first_byte(tmp_path):
    (tmp_path / "library").write_text("a file where the folder should be")
    with pytest.raises(NoRightToWrite):
        Library(tmp_path / "library").backups.check_room(SIZE)


def test_a_disk_that_fails_leaves_nothing_that_looks_like_a_backup(library, monkeypatch):
    data = content(1)
    library.backups.check_room(SIZE)
    real = os.fsync
    calls = []

    def failing(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(home_module.os, "fsync", failing)
    with pytest.raises(NoSpaceLeft, match="the disk took no more"):
        library.backups.add(data, passport_for(data))
    monkeypatch.setattr(home_module.os, "fsync", real)
    assert list(library.backups.folder.iterdir()) == []
    assert library.backups.add(data, passport_for(data)).read() == data


@pytest.mark.parametrize(
    ("changes", "stem"),
    [
        ({"label": None}, "bk7231t_010203_2026-11-22"),
        ({"label": "../../etc/passwd"}, "bk7231t-etc-passwd_010203_2026-11-22"),
        ({"label": "CON", "created": "?"}, "bk7231t-con_010203_undated"),
        ({"label": "ü" * 90, "mac": None}, "bk7231t_nomac_2026-11-22"),
    ],
)
def test_file_names_are_safe_everywhere(changes, stem):
    assert file_stem(passport_for(content(1), **changes)) == stem


def test_two_processes_claim_different_names(library):
    data, other = content(1), content(2)
    twin = Library(library.root)
    assert twin.backups.entries() == ()
    one = library.backups.add(data, passport_for(data))
    two = twin.backups.add(other, passport_for(other))
    assert one.file != two.file
    stale = library.root / "backups-index.json"
    before = json.loads(stale.read_text())
    before["backups"] = before["backups"][:1]  # the other process wrote an older view last
    stale.write_text(json.dumps(before))
    assert {entry.file for entry in library.backups.entries()} == {one.file, two.file}


@pytest.mark.parametrize(
    ("schema", "error"),
    [
        ("plugsmith-passport/2", PassportTooNew),
        ("plugsmith-passport/x", PassportUnreadable),
        ("plugsmith-pointer/1", PassportUnreadable),
        ("", PassportUnreadable),
    ],
)
def test_passports_of_other_versions_are_told_apart(schema, error):
    body = passport_for(content(1)).as_json() | {"schema": schema}
    with pytest.raises(error) as refused:
        read_passport(json.dumps(body).encode(), name="p.json")
    assert "p.json" in refused.value.message


_ADDER = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_library_backups import content, passport_for
from plugsmith.library.library import Library
library = Library(Path(sys.argv[2]))
for seed in range(int(sys.argv[3]), int(sys.argv[3]) + 5):
    library.backups.add(content(seed), passport_for(content(seed)))
"""


def test_processes_that_store_at_the_same_time_lose_nothing(library):
    here = str(Path(__file__).parent)
    arguments = [sys.executable, "-c", _ADDER, here, str(library.root)]
    running = [subprocess.Popen([*arguments, str(seed)]) for seed in (10, 20, 30)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    stored = [open_backup(entry.file) for entry in library.backups.entries()]
    assert len(stored) == 15
    wanted = {content(first + more) for first in (10, 20, 30) for more in range(5)}
    assert {backup.read() for backup in stored} == wanted


def full(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


KEPT = {
    "a backup": (
        "plugsmith.library.backups.store.write_whole",
        lambda library: library.backups.add(content(1), passport_for(content(1))),
    ),
    "a rescued sector": (
        "plugsmith.library.rescued.write_whole",
        lambda library: library.rescued.keep(
            DeviceKey(chip="BK7231T", flash_size=SIZE), 0x1000, b"x" * 0x1000
        ),
    ),
    "a folder that cannot be made": (
        "plugsmith.library.home.make_private_folder",
        lambda library: library.backups.check_room(1),
    ),
}


@pytest.mark.parametrize("what", KEPT)
def test_a_disk_that_is_full_is_told_as_that_also_if_it_has_room_again(library, monkeypatch, what):
    place, keep = KEPT[what]
    monkeypatch.setattr(place, full)
    with pytest.raises(NoSpaceLeft) as refused:
        keep(library)
    assert refused.value.code == "PS-LIBRARY-NO-SPACE"
    assert "the disk took no more" in refused.value.message
    free = refused.value.facts["free"]
    assert isinstance(free, int)
    assert free > 1 << 20
    assert f"although {free} bytes are free now" in refused.value.message


@pytest.mark.parametrize(
    ("number", "free", "said"),
    [
        (errno.ENOSPC, 100, "took no more; 100 bytes are free now"),
        (errno.ENOSPC, 1 << 30, "although 1073741824 bytes are free now"),
        (errno.EDQUOT, 1 << 30, "what this user may store on that disk is used up"),
    ],
)
def test_what_ran_out_is_named_as_far_as_it_is_known(tmp_path, monkeypatch, number, free, said):
    monkeypatch.setattr(
        home_module.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free)
    )
    told = home_module.refusal(tmp_path, OSError(number, "refused"))
    assert isinstance(told, NoSpaceLeft)
    assert said in told.message
