"""A roll that wants another firmware: the right file for each, a canary, waves, settings after."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from lan_fleet import SPEED, TEMPLATE
from lan_in_process import lan
from lan_rig import run
from release_host import release_host

from plugsmith.errors import Cancelled, ExitCode, PlugsmithError
from plugsmith.errors.device import UpdateUnusable
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.device.scan import remember
from plugsmith.flows.house.ota import ota
from plugsmith.flows.house.plan import plan
from plugsmith.flows.house.roll_apply import RollOptions, apply_roll
from plugsmith.flows.house.update_fetch import download_updates
from plugsmith.flows.image.fetch import FetchRequest
from plugsmith.forge.packages import forge_ota
from plugsmith.image.ota import read_package
from plugsmith.lan.apply import read_state
from plugsmith.lan.discover import FoundDevice
from plugsmith.sim.obk.device import SimObk

MAC = "c8478c1a2b"
NEW = "1.18.301"


def unpack(package: bytes) -> bytes | None:
    try:
        return read_package(package).code
    except PlugsmithError:
        return None


def device(number, *, chip="BK7231T", **options):
    options = {"unpack": unpack, **options}
    mac = bytes.fromhex(MAC) + bytes([0x40 + number])
    return SimObk(chip=chip, speed=SPEED, mac=mac, **options)


def meet(net):
    found = [FoundDevice(host=host, info=run(net.ctx.obk(host).info())) for host in net.hosts]
    remember(net.ctx.library, found)


def roll_of(tmp_path, count, *, version=NEW, template=True):
    (tmp_path / "plug.json").write_text(TEMPLATE)
    head = f'[defaults]\nversion = "{version}"\n' + ('template = "plug.json"\n' if template else "")
    rows = [
        f'[[device]]\nmac = "{MAC}{0x40 + at:02x}"\nnumber = {at + 1}\nname = "plug_{{n}}"\n'
        for at in range(count)
    ]
    path = tmp_path / "roll.toml"
    path.write_text(head + "\n".join(rows))
    return path


def package(tmp_path, chip="BK7231T", version=NEW, size=0):
    path = tmp_path / f"{chip}_{version}.rbl"
    path.write_bytes(forge_ota(chip, version=version).ljust(size, b"\xff"))
    return path


def with_files(*paths, **options):
    return RollOptions(files=paths, **options)


def versions(net):
    return [run(net.ctx.obk(host).info()).version for host in net.hosts]


def names(net):
    return [run(net.ctx.obk(host).info()).short_name for host in net.hosts]


def uploads(net):
    return [sum("/api/ota" in line for line in end.requests) for end in net.server.endpoints]


def test_each_chip_gets_its_file_one_goes_first_and_settings_follow(tmp_path):
    chips = ["BK7231T", "BK7231N", "BK7231T", "BK7231N"]
    with lan(tmp_path, *(device(at, chip=chip) for at, chip in enumerate(chips))) as net:
        meet(net)
        roll = roll_of(tmp_path, 4, template=False)
        files = [
            package(tmp_path),
            package(tmp_path, "BK7231N"),
            package(tmp_path, version="1.2.3"),
        ]
        data = apply_roll(net.ctx, roll, None, with_files(*files))
        assert (data.done, data.failed, data.exit_code) == (4, 0, 0)
        assert versions(net) == [NEW] * 4
        assert names(net) == ["plug_1", "plug_2", "plug_3", "plug_4"]
        first = net.items[str(net.hosts[0])].data
        assert first["update"] == {"from": "1.18.299", "to": NEW, "files": "none"}
        assert plan(net.ctx, roll, None).exit_status is ExitCode.DONE
        kept = list((tmp_path / "library" / "devices").iterdir())
        assert len(kept) == 4  # settings and files of each, before anything was sent
        again = apply_roll(net.ctx, roll, None, with_files(*files))
        assert (again.done, uploads(net)) == (4, [1, 1, 1, 1])


def test_nothing_is_sent_before_the_one_question(tmp_path):
    asked = []

    def refuse(question, step):
        asked.append(question)
        raise ConsentMissing(step=step)

    with lan(tmp_path, device(0), device(1)) as net:
        meet(net)
        with pytest.raises(ConsentMissing):
            apply_roll(
                replace(net.ctx, consent=refuse), roll_of(tmp_path, 2), None,
                with_files(package(tmp_path)),
            )  # fmt: skip
        assert len(asked) == 1
        assert "another firmware" in asked[0]
        assert not any("POST" in line for end in net.server.endpoints for line in end.requests)


def test_a_canary_that_fails_keeps_the_others_from_being_begun(tmp_path):
    with lan(tmp_path, device(0, unpack=lambda _p: None), device(1), device(2)) as net:
        meet(net)
        roll = roll_of(tmp_path, 3)
        data = apply_roll(net.ctx, roll, None, with_files(package(tmp_path)))
        assert (data.failed, data.not_started, data.exit_code) == (1, 2, 7)
        assert uploads(net) == [1, 0, 0]
        assert names(net)[1:] == ["obk8C1A2B41", "obk8C1A2B42"]
        net.device._unpack = unpack
        again = apply_roll(net.ctx, roll, None, with_files(package(tmp_path)))
        assert (again.done, again.exit_code) == (3, 0)
        assert versions(net) == [NEW] * 3


def test_devices_that_need_only_settings_do_not_wait_for_the_canary(tmp_path):
    with lan(tmp_path, device(0, unpack=lambda _p: None), device(1)) as net:
        meet(net)
        roll = roll_of(tmp_path, 2)
        text = roll.read_text()
        roll.write_text(text.replace("number = 2", 'number = 2\nversion = "1.18.299"'))
        data = apply_roll(net.ctx, roll, None, with_files(package(tmp_path)))
        assert (data.done, data.failed, data.exit_code) == (1, 1, 7)
        assert names(net)[1] == "plug_2"


def test_an_older_version_is_asked_for_also_on_one_device(tmp_path):
    asked = []
    with lan(tmp_path, device(0)) as net:
        meet(net)
        ctx = replace(net.ctx, consent=lambda question, _step: asked.append(question))
        roll = roll_of(tmp_path, 1, version="1.18.200")
        data = apply_roll(ctx, roll, None, with_files(package(tmp_path, version="1.18.200")))
        assert data.exit_code == 0
        assert len(asked) == 1
        assert "older" in asked[0]
        assert versions(net) == ["1.18.200"]


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_without_the_file_settings_are_made_so_and_the_file_is_named(tmp_path, chip):
    with lan(tmp_path, device(0, chip=chip), device(1, chip=chip)) as net:
        meet(net)
        wrong = package(tmp_path, "BK7231N" if chip == "BK7231T" else "BK7231T")
        roll = roll_of(tmp_path, 2, template=False)
        data = apply_roll(net.ctx, roll, None, with_files(wrong))
        assert (data.done, data.exit_code) == (2, 8)
        assert data.other_version == tuple(sorted(map(str, net.hosts)))
        assert f"Open{chip}_{NEW}.rbl" in net.everything_said()
        assert names(net) == ["plug_1", "plug_2"]
        assert uploads(net) == [0, 0]
        kept = apply_roll(net.ctx, roll, None, with_files(update=False))
        assert kept.exit_code == 0


def test_a_build_with_other_drivers_is_taken_only_where_the_roll_names_it(tmp_path):
    with lan(tmp_path, device(0)) as net:
        meet(net)
        file = package(tmp_path, version=f"{NEW}_sensors")
        plain = roll_of(tmp_path, 1, template=False)
        assert apply_roll(net.ctx, plain, None, with_files(file)).other_version
        named = roll_of(tmp_path, 1, version=f"{NEW}_sensors", template=False)
        assert apply_roll(net.ctx, named, None, with_files(file)).exit_code == 0
        info = run(net.obk.info())
        assert (info.version, info.variant) == (NEW, "sensors")


def test_a_dry_run_sends_nothing_and_tells_the_versions(tmp_path):
    with lan(tmp_path, device(0), device(1)) as net:
        meet(net)
        apply_roll(net.ctx, roll_of(tmp_path, 2), None, with_files(package(tmp_path), dry_run=True))
        assert f"1.18.299 -> {NEW}" in net.everything_said()
        assert not any("POST" in line for end in net.server.endpoints for line in end.requests)


def test_what_the_new_firmware_changes_by_itself_is_shown_before_it_is_sent(tmp_path):
    class Forgetful(SimObk):
        forgets = False

        def _start(self):
            super()._start()
            if self.forgets and self.version == NEW:
                self.forgets = False
                self.run("ShortName somebody")
                self.save()

    plug = Forgetful(chip="BK7231T", speed=SPEED, mac=bytes.fromhex(MAC + "40"), unpack=unpack)
    with lan(tmp_path, plug, device(1)) as net:
        meet(net)
        roll, file = roll_of(tmp_path, 2, template=False), package(tmp_path)
        apply_roll(net.ctx, roll, None, with_files(update=False))
        plug.forgets = True
        data = apply_roll(net.ctx, roll, None, with_files(file))
        assert (data.failed, data.not_started, data.exit_code) == (1, 1, 5)
        error = net.items[str(net.hosts[0])].error
        assert error["code"] == "PS-SAFETY-PLAN-UPDATED"
        assert "short_name" in error["message"]
        assert names(net)[0] == "somebody"
        assert apply_roll(net.ctx, roll, None, with_files(file)).exit_code == 0
        assert names(net) == ["plug_1", "plug_2"]


def test_stopped_by_the_user_nothing_more_is_begun_and_it_goes_on(tmp_path):
    with lan(tmp_path, *(device(at) for at in range(3))) as net:
        meet(net)
        roll, file = roll_of(tmp_path, 3), package(tmp_path)
        real = net.log.emit

        def stop(event):
            real(event)
            if event.kind == "item":
                net.cancel.cancel()

        net.log.emit = stop
        with pytest.raises(Cancelled) as caught:
            apply_roll(net.ctx, roll, None, with_files(file))
        assert "Run the same command again" in caught.value.hint
        assert uploads(net) == [1, 0, 0]
        net.log.emit = real
        net.cancel.__init__()
        assert apply_roll(net.ctx, roll, None, with_files(file)).done == 3
        assert versions(net) == [NEW] * 3


def test_updates_come_from_the_releases_each_file_once(tmp_path):
    files = {
        NEW: {
            f"OpenBK7231T_{NEW}.rbl": forge_ota("BK7231T", version=NEW),
            f"OpenBK7231N_{NEW}.rbl": forge_ota("BK7231N", version=NEW),
            f"OpenBK7231T_{NEW}_sensors.rbl": forge_ota("BK7231T", version=f"{NEW}_sensors"),
        },
        "1.18.300": {"OpenBK7231T_1.18.300.rbl": forge_ota("BK7231T", version="1.18.300")},
    }
    chips = ["BK7231T", "BK7231N", "BK7231T"]
    fleet = [device(at, chip=chip) for at, chip in enumerate(chips)]
    with release_host(files) as (url, asked), lan(tmp_path, *fleet) as net:
        meet(net)
        get = partial(download_updates, net.ctx, FetchRequest(server=url))
        data = apply_roll(
            net.ctx, roll_of(tmp_path, 3, template=False), None, RollOptions(download=get)
        )
        assert (data.done, data.exit_code) == (3, 0)
        assert versions(net) == [NEW] * 3
        assert sum("download" in path for path in asked) == 2
        old = ota(net.ctx, net.hosts[:1], None, version="1.18.300", download=get)
        assert (old.to, old.updated) == ("1.18.300", True)
        new = ota(net.ctx, net.hosts[:1], None, download=get)
        assert (new.to, new.updated) == (NEW, True)
        sensors = ota(net.ctx, net.hosts[:1], None, version=f"{NEW}_sensors", download=get)
        assert sensors.updated
        assert run(net.obk.info()).variant == "sensors"


def test_without_a_network_the_exact_file_is_named(tmp_path):
    with lan(tmp_path, device(0)) as net:
        get = partial(download_updates, net.ctx, FetchRequest(server="http://127.0.0.1:9"))
        with pytest.raises(PlugsmithError) as caught:
            ota(net.ctx, net.hosts, None, version=NEW, download=get)
        assert caught.value.code == "PS-DEVICE-NO-UPDATE"
        assert caught.value.facts["file"] == f"OpenBK7231T_{NEW}.rbl"
        assert f"OpenBK7231T_{NEW}.rbl" in caught.value.hint
        assert "PS-NOTE-NOT-DOWNLOADED" in net.everything_said()
        assert not run(read_state(net.obk)).settings["startup_command"]


def test_a_cached_file_that_is_not_what_its_name_says_is_refused(tmp_path):
    name = f"OpenBK7231T_{NEW}.rbl"
    lie = {NEW: {name: forge_ota("BK7231T", version="1.18.305")}}
    with release_host(lie) as (url, _asked), lan(tmp_path, device(0)) as net:
        get = partial(download_updates, net.ctx, FetchRequest(server=url))
        with pytest.raises(PlugsmithError) as caught:
            ota(net.ctx, net.hosts, None, version=NEW, download=get)
        assert isinstance(caught.value, UpdateUnusable) or caught.value.code.startswith("PS-")
        assert versions(net) == ["1.18.299"]
