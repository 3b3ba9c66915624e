"""`device ota` on simulated devices: the right file, files kept, cut off, unchanged, cancelled."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from lan_fleet import SPEED
from lan_in_process import lan
from lan_rig import run

from plugsmith.errors import Cancelled, InputError, NothingFound, PlugsmithError
from plugsmith.errors.device import (
    DeviceNotBack,
    UpdateBroken,
    UpdateUnusable,
    VersionUnchanged,
    WrongUpdate,
)
from plugsmith.flows.house.ota import check_update, load_update, ota
from plugsmith.forge.packages import forge_ota
from plugsmith.image.ota import read_package
from plugsmith.lan.apply import read_state
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.faults import Fault, FaultKind


def unpack(package: bytes) -> bytes | None:
    try:
        return read_package(package).code
    except PlugsmithError:
        return None


def device(**options) -> SimObk:
    return SimObk(speed=SPEED, unpack=unpack, **options)


@pytest.fixture
def update(tmp_path):
    path = tmp_path / "update.rbl"
    path.write_bytes(forge_ota("BK7231T", version="1.18.301"))
    return path


def test_the_version_changes(tmp_path, update):
    with lan(tmp_path, device()) as net:
        data = ota(net.ctx, net.hosts, update)
        assert (data.from_, data.to, data.updated) == ("1.18.299", "1.18.301", True)
        assert run(net.obk.info()).version == "1.18.301"
        again = ota(net.ctx, net.hosts, update)
        assert again.updated is False
        assert sum("/api/ota" in line for line in net.endpoint.requests) == 1


def test_settings_and_files_lie_in_the_library_before(tmp_path, update):
    with lan(tmp_path, device()) as net:
        run(net.obk.write_file("autoexec.bat", b"echo 1\n"))
        data = ota(net.ctx, net.hosts, update)
        assert data.files in {"kept", "restored"}
        assert run(net.obk.read_file("autoexec.bat", size=7)) == b"echo 1\n"
    [folder] = (tmp_path / "library" / "devices").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "config.bin", "littlefs.bin", "manifest.json"
    }  # fmt: skip


def test_files_are_put_back_after_an_update_that_reaches_into_them(tmp_path):
    path = tmp_path / "large.rbl"
    small = forge_ota("BK7231T", version="1.18.301")
    path.write_bytes(small.ljust(520_000, b"\xff"))
    with lan(tmp_path, device()) as net:
        run(net.obk.write_file("autoexec.bat", b"echo 1\n"))
        data = ota(net.ctx, net.hosts, path)
        assert data.files == "restored"
        assert run(net.obk.read_file("autoexec.bat", size=7)) == b"echo 1\n"


@pytest.mark.parametrize("chip", ["BK7231N", "BK7238"])
def test_an_update_for_another_chip_is_not_sent(tmp_path, chip):
    path = tmp_path / "OpenBK7231T_1.18.301.rbl"  # the name lies
    path.write_bytes(forge_ota(chip, version="1.18.301"))
    with lan(tmp_path, device()) as net:
        with pytest.raises(WrongUpdate, match=chip):
            ota(net.ctx, net.hosts, path)
        assert not any("POST" in line for line in net.endpoint.requests)


@pytest.mark.parametrize("damage", ["cut", "flipped", "not-rbl", "empty"])
def test_a_damaged_file_is_not_sent(tmp_path, update, damage):
    data = bytearray(update.read_bytes())
    if damage == "cut":
        data = data[:-100]
    elif damage == "flipped":
        data[len(data) // 2] ^= 1
    elif damage == "not-rbl":
        data[:4] = b"XXXX"
    else:
        data = bytearray()
    update.write_bytes(data)
    with pytest.raises((UpdateUnusable, InputError)):
        load_update(update)


def test_another_variant_needs_a_word(tmp_path, update):
    with lan(tmp_path, device()) as net:
        state = run(read_state(net.obk))
    found = load_update(update)
    other = replace(found, variant="sensors")
    with pytest.raises(WrongUpdate, match="sensors"):
        check_update("h", other, state, other_variant=False)
    check_update("h", other, state, other_variant=True)
    huge = replace(found, data=bytes(528_385))
    with pytest.raises(WrongUpdate, match="528384"):
        check_update("h", huge, state, other_variant=False)


def test_an_update_that_the_boot_loader_does_not_take(tmp_path, update):
    with lan(tmp_path, SimObk(speed=SPEED, unpack=lambda _package: None)) as net:
        with pytest.raises(VersionUnchanged) as caught:
            ota(net.ctx, net.hosts, update)
        assert int(caught.value.exit_code) == 7


@pytest.mark.parametrize("at", [1, 5, 8, 11])
def test_a_device_that_vanishes_is_told_and_can_be_updated_later(tmp_path, update, at):
    with lan(tmp_path, device()) as net:
        net.endpoint.faults.add(Fault(kind=FaultKind.VANISH, at=at))
        try:
            ota(net.hasty, net.hosts, update)
            code = 0
        except PlugsmithError as error:
            code = int(error.exit_code)
        assert code in {0, 6, 10}
        net.endpoint.faults.clear()
        net.device.power_off()
        net.device.power_on()
        run(net.obk.wait_back(None))
        ota(net.ctx, net.hosts, update)
        assert run(net.obk.info()).version == "1.18.301"


def test_an_upload_that_breaks(tmp_path, update):
    with lan(tmp_path, device()) as net:
        fault = Fault(kind=FaultKind.DROP, target="/api/ota")
        net.endpoint.faults.add(fault)
        with pytest.raises(UpdateBroken) as caught:
            ota(net.ctx, net.hosts, update)
        assert int(caught.value.exit_code) == 6
        assert run(net.obk.info()).version == "1.18.299"


def test_a_device_that_stays_away(tmp_path, update):
    with lan(tmp_path, device()) as net:
        net.endpoint.faults.add(Fault(kind=FaultKind.VANISH, at=2, target="/api/reboot"))
        net.endpoint.faults.add(Fault(kind=FaultKind.LOSE_REPLY, at=1, target="/api/reboot"))
        with pytest.raises((DeviceNotBack, PlugsmithError)) as caught:
            ota(net.hasty, net.hosts, update)
        assert int(caught.value.exit_code) == 10


def test_stopping_during_the_upload_finishes_it_and_says_so(tmp_path, update):
    update.write_bytes(update.read_bytes().ljust(400_000, b"\xff"))
    with lan(tmp_path, device()) as net:
        net.endpoint.faults.add(Fault(kind=FaultKind.DELAY, seconds=0.6, target="/api/ota"))
        real = net.log.emit

        def stop_when_sending(event):
            real(event)
            if event.kind == "task_begin" and event.task.startswith("ota"):
                asyncio.get_running_loop().call_later(0.15, net.cancel.cancel)

        net.log.emit = stop_when_sending
        with pytest.raises(Cancelled):
            ota(net.ctx, net.hosts, update)
        codes = [event.code for event in net.log if event.kind == "warning"]
        assert "PS-NOTE-OTA-PENDING" in codes


def test_without_a_file_the_cache_is_asked(tmp_path):
    with lan(tmp_path, device()) as net, pytest.raises(NothingFound):
        ota(net.ctx, net.hosts, None)
