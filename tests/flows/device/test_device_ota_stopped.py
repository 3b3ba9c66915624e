"""A group update that its user stops; cut off anywhere: house/test_house_cut_anywhere."""

from __future__ import annotations

import pytest
from lan_fleet import SPEED
from lan_in_process import lan

from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.flows.house.ota import ota
from plugsmith.forge.packages import forge_ota
from plugsmith.image.ota import read_package
from plugsmith.sim.obk.device import SimObk


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
        assert ota(net.ctx, net.hosts, path).done == 3
