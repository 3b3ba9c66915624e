"""A group update that is cut off anywhere: the code is right, and the same command ends it."""

from __future__ import annotations

import pytest
from lan_fleet import SPEED, lan
from lan_rig import run

from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.flows.device.ota import ota
from plugsmith.forge.packages import forge_ota
from plugsmith.image.ota import read_package
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.faults import Fault, FaultKind

TEXT = b"echo A\n"


def unpack(package: bytes) -> bytes | None:
    try:
        return read_package(package).code
    except PlugsmithError:
        return None


def fleet(count=3):
    mac = "c8478c1a2b"
    return [
        SimObk(speed=SPEED, unpack=unpack, mac=bytes.fromhex(mac) + bytes([0x30 + at]))
        for at in range(count)
    ]


def outcome_of(work):
    """The result, or the error of ours that `work` ends with."""
    try:
        return work()
    except PlugsmithError as error:
        return error


@pytest.mark.parametrize("kind", [FaultKind.VANISH, FaultKind.LOSE_REPLY])
@pytest.mark.parametrize("victim", [0, 1])
@pytest.mark.parametrize("at", [3, 7, 9, 12])
def test_cut_off_at_any_request_of_any_device(tmp_path, at, victim, kind):
    path = tmp_path / "u.rbl"
    path.write_bytes(forge_ota("BK7231T", version="1.18.301").ljust(515_000, b"\xff"))
    with lan(tmp_path, *fleet()) as net:
        for host in net.hosts:
            run(net.ctx.obk(host).write_file("autoexec.bat", TEXT))
        net.server.endpoints[victim].faults.add(Fault(kind=kind, at=at))
        data = outcome_of(lambda: ota(net.hasty, net.hosts, path))
        assert not isinstance(data, PlugsmithError), data
        assert data["exit_code"] in {0, 6, 7, 10}
        assert data["done"] + data["failed"] + data["not_started"] == 3
        failed = [item for item in net.items.values() if item.error]
        assert all(item.error["hint"] for item in failed)
        assert bool(failed) == (data["exit_code"] != 0)
        net.server.endpoints[victim].faults.clear()
        net.server.devices[victim].power_cycle()
        run(net.ctx.obk(net.hosts[victim]).wait_back(None))
        again = ota(net.ctx, net.hosts, path)
        assert (again["done"], again["exit_code"]) == (3, 0)
        for host in net.hosts:
            obk = net.ctx.obk(host)
            assert run(obk.info()).version == "1.18.301"
            assert run(obk.read_file("autoexec.bat", size=len(TEXT))) == TEXT


def test_stopped_by_the_user_the_others_are_not_begun_and_it_goes_on(tmp_path):
    path = tmp_path / "u.rbl"
    path.write_bytes(forge_ota("BK7231T", version="1.18.301"))
    with lan(tmp_path, *fleet()) as net:
        real = net.log.emit

        def stop_after_the_first(event):
            real(event)
            if event.kind == "item":
                net.cancel.cancel()

        net.log.emit = stop_after_the_first
        with pytest.raises(Cancelled) as caught:
            ota(net.ctx, net.hosts, path)
        assert "devices are done" in caught.value.message
        for end in net.server.endpoints[1:]:
            assert not any("/api/ota" in line for line in end.requests)
        net.log.emit = real
        net.cancel.__init__()
        assert ota(net.ctx, net.hosts, path)["done"] == 3
