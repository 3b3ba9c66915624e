"""What an update must never cost: files, another device's files, a device that hangs."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace

import pytest
from lan_fleet import SPEED
from lan_fleet import lan as served_lan
from lan_in_process import lan
from lan_proxy import Forwarder
from lan_rig import RawDevice, reply, run

from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.device import (
    DeviceTransfer,
    OtherDeviceAnswers,
    UpdateBroken,
    UpdateMissing,
    UpdateUnusable,
    VersionUnchanged,
    WrongUpdate,
)
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.device.backup import backup
from plugsmith.flows.device.context import on_each
from plugsmith.flows.house.ota import load_update, ota
from plugsmith.flows.house.results import LogRead
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.packages import forge_ota
from plugsmith.image.ota import read_package
from plugsmith.lan.host import Host
from plugsmith.sim.obk.device import SimObk

LARGE = 520_000  # reaches into the file system
TEXT = b"echo A\n"


def unpack(package: bytes) -> bytes | None:
    try:
        return read_package(package).code
    except PlugsmithError:
        return None


def device(number: int = 0, **options) -> SimObk:
    mac = bytes.fromhex("c8478c1a2b") + bytes([0x10 + number])
    return SimObk(speed=SPEED, **{"mac": mac, "unpack": unpack, **options})


def package(path, *, chip="BK7231T", version="1.18.301", size=0):
    path.write_bytes(forge_ota(chip, version=version).ljust(size, b"\xff"))
    return path


def give_a_file(net, number=0):
    run(net.ctx.obk(net.hosts[number]).write_file("autoexec.bat", TEXT))


def file_of(net, number=0):
    return run(net.ctx.obk(net.hosts[number]).read_file("autoexec.bat", size=len(TEXT)))


def test_files_are_put_back_when_the_boot_loader_refuses(tmp_path):
    update = package(tmp_path / "u.rbl", size=LARGE)
    with lan(tmp_path, device(unpack=lambda _package: None)) as net:
        give_a_file(net)
        with pytest.raises(VersionUnchanged, match="put back"):
            ota(net.ctx, net.hosts, update)
        assert file_of(net) == TEXT


def test_files_are_put_back_after_an_upload_that_broke_and_a_power_cycle(tmp_path):
    update = package(tmp_path / "u.rbl", size=LARGE)
    with (
        served_lan(tmp_path, device()) as net,
        Forwarder(net.hosts[0], cut_upload={"/api/ota": 515_000}) as way,
    ):
        give_a_file(net)
        with pytest.raises(UpdateBroken, match="may be gone"):
            ota(net.ctx, [way.host], update)
        net.device.power_cycle()
        run(net.ctx.obk(way.host).wait_back(None))
        assert run(net.obk.list_folder()) is None
        ota(net.ctx, [way.host], update)
        assert run(net.obk.info()).version == "1.18.301"
        assert file_of(net) == TEXT


def test_files_are_put_back_after_an_upload_that_the_device_ended(tmp_path):
    """The device wrote less than was sent and says so: it still answers."""
    update = package(tmp_path / "u.rbl", size=LARGE)
    with (
        served_lan(tmp_path, device()) as net,
        Forwarder(net.hosts[0], cut_answer={"/api/ota": 60}) as way,
    ):
        give_a_file(net)
        with pytest.raises(UpdateBroken, match="put back"):
            ota(net.ctx, [way.host], update)
        assert file_of(net) == TEXT


def test_another_device_at_the_address_after_the_restart_gets_nothing(tmp_path):
    update = package(tmp_path / "u.rbl", size=LARGE)
    with served_lan(tmp_path, device(1), device(2)) as net:
        give_a_file(net)
        with Forwarder(net.hosts[0], switch=("/api/reboot", net.hosts[1])) as way:
            count = len(net.server.endpoints[1].requests)
            with pytest.raises(OtherDeviceAnswers) as caught:
                ota(net.ctx, [way.host], update)
        assert int(caught.value.exit_code) == 5
        later = net.server.endpoints[1].requests[count:]
        assert later
        assert not any("POST" in line for line in later)


class SlowReader:
    """Takes an upload slowly; counts what it got."""

    def __init__(self) -> None:
        self.got = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.host = Host("127.0.0.1", self.socket.getsockname()[1])
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self) -> None:
        self.socket.close()

    def serve(self) -> None:
        try:
            connection, _peer = self.socket.accept()
        except OSError:
            return
        with connection:
            self.take(connection)

    def take(self, connection: socket.socket) -> None:
        connection.settimeout(60)
        seen, wanted = b"", None
        while wanted is None or self.got < wanted:
            data = connection.recv(4096)
            if not data:
                break
            self.got += len(data)
            time.sleep(0.002)
            seen += data if wanted is None else b""
            if wanted is None and b"\r\n\r\n" in seen:
                head = seen.split(b"\r\n\r\n")[0]
                wanted = int(head.lower().split(b"content-length:")[1].split()[0]) + len(head) + 4
        with suppress(OSError):
            connection.sendall(reply(200, b'{"size":1000000}'))


@pytest.mark.parametrize("trouble", [Cancelled(), ValueError("x"), "stop"])
def test_an_upload_is_finished_whatever_happens_to_another_device(tmp_path, trouble):
    slow, other = SlowReader(), SlowReader()
    with served_lan(tmp_path) as net, closing(slow), closing(other):

        async def work(ctx, obk, number):
            if number == 1:
                await obk.upload_update(bytes(1_000_000), progress=lambda _n: None)
                return LogRead(host=obk.host, lines=0)
            while not slow.got:
                await obk.patience.sleep(0.01)
            if trouble == "stop":
                net.cancel.cancel()
                return LogRead(host=obk.host, lines=0)
            raise trouble

        with pytest.raises((Cancelled, ValueError)):
            on_each(net.ctx, [slow.host, other.host], work)
    assert slow.got > 1_000_000


def test_a_file_system_that_is_cut_off_is_no_backup(tmp_path):
    update = package(tmp_path / "u.rbl")
    with (
        served_lan(tmp_path, device()) as net,
        Forwarder(net.hosts[0], cut_answer={"/api/fsblock": 6000}, once=False) as way,
    ):
        give_a_file(net)
        result = backup(net.ctx, [way.host], full=False)
        assert result.problems
        assert "littlefs.bin" not in result.files
        with pytest.raises(DeviceTransfer):
            ota(net.ctx, [way.host], update)
        assert not any("/api/ota" in line for line in net.endpoint.requests)


def test_a_list_of_files_that_is_cut_off_is_a_problem(tmp_path):
    with (
        served_lan(tmp_path, device()) as net,
        Forwarder(net.hosts[0], cut_answer={"/api/lfs/": 250}, once=False) as way,
    ):
        give_a_file(net)
        assert backup(net.ctx, [way.host], full=False).problems


def test_another_build_of_the_same_version_is_an_update(tmp_path):
    update = package(tmp_path / "u.rbl", version="1.18.299_sensors")
    with lan(tmp_path, device()) as net:
        data = ota(net.ctx, net.hosts, update, other_variant=True)
        assert data.updated is True
        assert run(net.obk.info()).variant == "sensors"
        assert ota(net.ctx, net.hosts, update, other_variant=True).updated is False


def test_a_file_that_is_no_update_is_named_with_the_way_to_make_one(tmp_path):
    path = tmp_path / "OpenBK7231T_QIO.bin"
    path.write_bytes(forge_openbeken_qio("BK7231T"))
    with pytest.raises(UpdateUnusable, match="OpenBK7231T_QIO") as caught:
        load_update(path)
    assert "image convert" in caught.value.hint
    with lan(tmp_path, device()) as net:
        with pytest.raises(UpdateMissing) as missing:
            ota(net.ctx, net.hosts, None)
        assert "image fetch" in missing.value.hint
        other = package(tmp_path / "n.rbl", chip="BK7231N")
        with pytest.raises(WrongUpdate) as wrong:
            ota(net.ctx, net.hosts, other)
        assert str(net.hosts[0]) in wrong.value.message
        assert "n.rbl" in wrong.value.message


def refusing(net):
    asked = []

    def consent(question, step):
        asked.append(question)
        raise ConsentMissing(step=step)

    return replace(net.ctx, consent=consent), asked


def test_several_devices_are_asked_for_once_and_nothing_is_sent_without_consent(tmp_path):
    update = package(tmp_path / "u.rbl")
    with lan(tmp_path, *(device(n) for n in range(3))) as net:
        ctx, asked = refusing(net)
        with pytest.raises(ConsentMissing) as caught:
            ota(ctx, net.hosts, update)
        assert int(caught.value.exit_code) == 5
        assert len(asked) == 1
        assert not any("POST" in line for end in net.server.endpoints for line in end.requests)


def test_an_older_version_is_asked_for_on_one_device_too(tmp_path):
    update = package(tmp_path / "u.rbl", version="1.17.100")
    with lan(tmp_path, device()) as net:
        ctx, asked = refusing(net)
        with pytest.raises(ConsentMissing):
            ota(ctx, net.hosts, update)
        assert "older" in asked[0]
        assert ota(net.ctx, net.hosts, update).to == "1.17.100"


def test_devices_of_another_kind_are_skipped_and_each_gets_the_file_of_its_chip(tmp_path):
    t = package(tmp_path / "t.rbl")
    n = package(tmp_path / "n.rbl", chip="BK7231N")
    with lan(tmp_path, device(0), device(1, chip="BK7231N")) as net:
        data = ota(net.ctx, net.hosts, t)
        assert (data.done, data.skipped, data.failed, data.exit_code) == (1, 1, 0, 0)
        assert "BK7231N" in net.items[str(net.hosts[1])].data["skipped"]
        both = ota(net.ctx, net.hosts, [t, n])
        assert both.skipped == 0
        assert run(net.ctx.obk(net.hosts[1]).info()).version == "1.18.301"
        with pytest.raises(WrongUpdate):
            ota(net.ctx, [net.hosts[1], net.hosts[1]], t)


def test_the_first_device_goes_ahead_and_its_failure_ends_it_and_the_same_command_goes_on(tmp_path):
    update = package(tmp_path / "u.rbl")
    fleet = [device(0, unpack=lambda _package: None), *(device(n) for n in range(1, 5))]
    with lan(tmp_path, *fleet) as net:
        data = ota(net.ctx, net.hosts, update)
        assert (data.devices, data.failed, data.not_started) == (5, 1, 4)
        assert data.exit_code == 7
        for end in net.server.endpoints[1:]:
            assert not any("POST" in line for line in end.requests)
        fleet[0]._unpack = unpack
        again = ota(net.ctx, net.hosts, update)
        assert (again.done, again.not_started, again.exit_code) == (5, 0, 0)
        third = ota(net.ctx, net.hosts, update)
        assert third.done == 5
        ups = [sum("/api/ota" in x for x in end.requests) for end in net.server.endpoints]
        assert ups == [2, 1, 1, 1, 1]


def test_answers_in_chunks_are_read(tmp_path):
    info = b'{"chipset":"BK7231T","build":"version 1.18.299","uptime_s":5}'
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(x), x) for x in (info[:7], info[7:])) + b"0\r\n\r\n"

    def answer(_request, body=chunks):
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + body
        )

    with served_lan(tmp_path) as net:
        with RawDevice(answer) as raw:
            assert run(net.ctx.obk(raw.host).info()).chip == "BK7231T"
        with (
            RawDevice(lambda request: answer(request, chunks[:-9])) as raw,
            pytest.raises(PlugsmithError, match="end is missing"),
        ):
            run(net.ctx.obk(raw.host).info())


def test_lost_files_are_put_back_only_after_it_was_planned(tmp_path):
    """Nothing is written while it is only looked, and nothing without consent in a group."""
    update = package(tmp_path / "u.rbl", size=LARGE)
    with (
        served_lan(tmp_path, device(0), device(1)) as net,
        Forwarder(net.hosts[0], cut_upload={"/api/ota": 515_000}) as way,
    ):
        give_a_file(net)
        with pytest.raises(UpdateBroken):
            ota(net.ctx, [way.host], update)
        net.device.power_cycle()
        run(net.ctx.obk(way.host).wait_back(None))
        for end in net.server.endpoints:
            end.requests.clear()
        ota(net.ctx, [way.host], update, dry_run=True)
        ctx, _asked = refusing(net)
        with pytest.raises(ConsentMissing):
            ota(ctx, [way.host, net.hosts[1]], update)
        assert not any("POST" in line for end in net.server.endpoints for line in end.requests)
        data = ota(net.ctx, [way.host, net.hosts[1]], update)
        assert data.failed == 0
        assert file_of(net) == TEXT


@pytest.mark.parametrize("page", ["/api/info", "/api/pins", "/api/channelTypes"])
def test_a_page_that_is_cut_off_is_a_problem_of_the_backup(tmp_path, page):
    with served_lan(tmp_path, device()) as net:
        first = backup(net.ctx, net.hosts, full=False)
        assert first.complete is True
        with Forwarder(net.hosts[0], cut_answer={page: 260}, once=False, skip=1) as way:
            data = backup(net.ctx, [way.host], full=False)
        assert data.problems
        assert data.complete is False
