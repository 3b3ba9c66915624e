"""Restore, group update and roll, cut off at every request: told rightly, and gone on with.

One run a request and kind of end, in virtual time. `make campaign-house` takes every request, the
suite a few of each.
"""

from __future__ import annotations

import json
import shutil
import signal
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from campaign_size import WHOLE, spread
from child import plugsmith
from lan_fleet import SPEED, Lan
from lan_in_process import End, Killed, in_process
from lan_rig import run

from plugsmith.errors import Cancelled, ExitCode, PlugsmithError
from plugsmith.flows.device.apply import apply, undo
from plugsmith.flows.device.backup import backup
from plugsmith.flows.house.ota import ota
from plugsmith.flows.house.restore import RestoreOptions, restore
from plugsmith.flows.house.roll_apply import RollOptions, apply_roll
from plugsmith.flows.house.stored_settings import open_stored
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.forge.packages import forge_ota
from plugsmith.image.ota import read_package
from plugsmith.image.rbl import fnv1a
from plugsmith.lan.apply import read_state
from plugsmith.library.device_backups import DeviceBackups
from plugsmith.library.device_folders import Owed
from plugsmith.openbeken.settings import read_settings
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.firmware import Phase
from plugsmith.sim.obk.net.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from lan_in_process import InProcess

    from plugsmith.clock import VirtualClock

NEW = "1.18.301"
LARGER = 0x10000
FILES = {"autoexec.bat": b"echo hello\n"}
PINS = {"6": "LED_n;1", "7": "BL0937CF;0", "10": "Btn;1;2", "24": "BL0937SEL;0", "26": "Rel;1"}
PLUG = json.dumps({"vendor": "x", "name": "plug", "chip": "BK7231T", "pins": PINS,
                   "flags": "1024", "command": "startDriver BL0937"})  # fmt: skip
CODES = {ExitCode.TRANSFER, ExitCode.VERIFY, ExitCode.NETWORK, ExitCode.REFUSED}
LEFT = "PS-NOTE-RESTORE-LEFT"
NOTHING = "Nothing was changed"


@cache
def package() -> bytes:
    return forge_ota("BK7231T", version=NEW).ljust(515_000, b"\xff")  # into the file system


@cache
def unpack(data: bytes) -> bytes | None:
    try:
        return read_package(data).code
    except PlugsmithError:
        return None


def facts_of(device: SimObk) -> dict[str, object]:
    """What is in a device, with or without a power cut."""
    skip = {3, *range(0x10, 0x14)}  # checksum and counters
    block = device.flash.read(device.layout.config, 4096)
    return {
        "version": device.version,
        "files": dict(device.files.files or {}),
        "block": bytes(byte for at, byte in enumerate(block) if at not in skip),
        "live": bytes(byte for at, byte in enumerate(device.block.raw) if at not in skip),
    }


class Scene:
    """A verb on some devices. `goal` is what it leads to when nothing cuts it off."""

    count = 1

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.folder = folder
        monkeypatch.setattr("plugsmith.image.ota.fnv1a", cache(fnv1a))
        (folder / "u.rbl").write_bytes(package())
        (folder / "plug.json").write_text(PLUG)
        self.start: list[bytes] = []
        with self._network(folder / "first") as net:
            for device in net.devices:
                for name, data in FILES.items():
                    device.files.write(name, data)
            self.prepare(net)
            self.start = [device.flash.content() for device in net.devices]
            self.library = net.library
        with self.network("whole") as net:
            self.before = self.facts(net)
            net.fresh_run()
            self.command(net)
            self.requests, self.uploads = net.asked, net.uploads
            self.lines = list(net.endpoints[0].requests)
            self.goal = self.facts(net)
            assert self.goal != self.before

    def prepare(self, net: InProcess) -> None:
        """Bring the devices to where the command finds them."""

    def command(self, net: InProcess) -> dict[str, object]:
        """What is cut off."""
        raise NotImplementedError

    def facts(self, net: InProcess) -> list[dict[str, object]]:
        return [facts_of(device) for device in net.devices]

    @contextmanager
    def network(self, name: str) -> Iterator[InProcess]:
        """The devices and the library as `prepare` left them."""
        root = self.folder / name
        shutil.copytree(self.library, root / "library")
        with self._network(root) as net:
            yield net

    def _network(self, root: Path) -> AbstractContextManager[InProcess]:
        def make(clock: VirtualClock) -> list[SimObk]:
            return [
                SimObk(
                    mac=bytes.fromhex("c8478c1a2b") + bytes([0x40 + at]),
                    clock=clock,
                    unpack=unpack,
                    flash=self.start[at] if self.start else None,
                )
                for at in range(self.count)
            ]

        return in_process(root, self.monkeypatch, make)


class Restore(Scene):
    """A wiped plug with a meter gets settings, calibration and files back."""

    def prepare(self, net):
        extra = {"short_name": "living_4", "mqtt_host": "192.168.1.2", "mqtt_password": "canary",
                 "boot_ok_seconds": 7}  # fmt: skip
        apply(net.ctx, net.hosts, desired_from(template=PLUG, settings=extra))
        device = net.devices[0]
        device.block.set_calibration(0, 0.14)
        device.save()
        self.stored = backup(net.ctx, net.hosts, full=False).folder
        device.run("clearAll")
        device.save()
        device.files.remove("autoexec.bat")

    def command(self, net):
        net.unplug_when_asked()
        how = RestoreOptions(power_cycle=True, power_cycle_s=60.0)
        return restore(net.ctx, net.hosts[0], open_stored(Path(self.stored)), how)


class Resized(Restore):
    """The same plug had a larger file system; its backup has no image of it, only the files."""

    def prepare(self, net):
        device = net.devices[0]
        device.run(f"lfs_size 0x{LARGER:x}")
        device.save()
        device.power_cycle()
        net.clock.sleep(60.0)
        for name, data in FILES.items():
            device.files.write(name, data)
        super().prepare(net)
        device.power_cycle()
        net.clock.sleep(60.0)
        manifest = Path(self.stored) / "manifest.json"
        body = json.loads(manifest.read_text())
        del body["files"]["littlefs.bin"]
        manifest.write_text(json.dumps(body))

    def facts(self, net):
        return [{**facts_of(device), "room": device.files.size} for device in net.devices]


class Group(Scene):
    """Three plugs get another firmware; their files survive."""

    count = 3

    def command(self, net):
        return ota(net.ctx, net.hosts, self.folder / "u.rbl")


class Roll(Scene):
    """Two plugs become what the roll says: firmware, then settings."""

    count = 2

    def prepare(self, net):
        rows = "".join(
            f'[[device]]\nmac = "c8478c1a2b{0x40 + at:02x}"\nnumber = {at + 1}\n'
            f'name = "plug_{{n}}"\nhost = "{host}"\n'
            for at, host in enumerate(net.hosts)
        )
        self.path = self.folder / "roll.toml"
        self.path.write_text(f'[defaults]\nversion = "{NEW}"\ntemplate = "plug.json"\n' + rows)

    def command(self, net):
        return apply_roll(net.ctx, self.path, None, RollOptions(files=(self.folder / "u.rbl",)))


def attempt(scene: Scene, net: InProcess):
    """The result, our error, or that the process was killed."""
    try:
        return scene.command(net)
    except (PlugsmithError, Killed) as stop:
        return stop


def check_told(scene: Scene, net: InProcess, outcome) -> None:
    """What a run says about itself is true."""
    now = scene.facts(net)
    failed = [item for item in net.items.values() if item.error]
    assert all(item.error["hint"] or NOTHING in item.error["message"] for item in failed)
    if isinstance(outcome, Cancelled):
        assert outcome.facts["state"], "stopped without a word about how far it came"
        if now != scene.before:
            assert NOTHING not in outcome.message
            assert outcome.hint or now == scene.goal
        if scene.count > 1 and "devices are done" in outcome.message:
            assert f"of {scene.count} devices are done" in outcome.message
    elif isinstance(outcome, PlugsmithError):
        assert outcome.exit_code in CODES
        assert outcome.hint
        assert now == scene.before or NOTHING not in net.everything_said() + outcome.message
    else:
        code = int(outcome.exit_status)
        assert code in CODES | {ExitCode.DONE, ExitCode.NOTHING_FOUND}
        assert code or now == scene.goal, "success, but it is not as wanted"
        assert bool(failed) <= bool(code)


def check_left_behind(scene: Scene, net: InProcess) -> None:
    """No kept files wait for their device, and the next change has an undo of its own."""
    net.fresh_run()
    kept = DeviceBackups(net.library / "devices")
    for device, host in zip(net.devices, net.hosts, strict=True):
        own = kept.of(device.identity.mac.hex(":"), str(host))
        assert not any(item.owes(owed) for item in own for owed in Owed)
    apply(net.ctx, net.hosts, desired_from(template=None, settings={"long_name": "later"}))
    assert scene.facts(net) != scene.goal
    undo(net.ctx, net.hosts)
    assert scene.facts(net) == scene.goal


def cut(scene: Scene, end: End, at: int, *, pause_s: float = 0.0) -> bool:
    """One run that ends so at request `at`, then the same command; whether it was cut at all.

    After a pause the device has put into its flash what it was told.
    """
    with scene.network(f"{end.name}-{at}") as net:
        net.fresh_run(end, at)
        outcome = attempt(scene, net)
        if not net.struck:
            return False
        if not isinstance(outcome, Killed):
            check_told(scene, net, outcome)
        net.fresh_run()
        net.clock.sleep(pause_s)
        again = attempt(scene, net)  # without one at once, whatever the device does just now
        assert not isinstance(again, Cancelled)
        check_told(scene, net, again)
        for device in net.devices:
            if device.phase in {Phase.OFF, Phase.STUCK}:
                device.power_cycle()
        net.clock.sleep(60.0)
        if isinstance(again, PlugsmithError) or again.exit_status:
            net.fresh_run()
            scene.command(net)
        assert scene.facts(net) == scene.goal
        check_left_behind(scene, net)
    return True


def ends_of(scene: Scene, at: int) -> list[End]:
    """All ends that a request can meet; of a short run one of them."""
    ends = [end for end in End if end is not End.KILLED_AMID]
    if WHOLE:
        return ends + [End.KILLED_AMID] * (at in scene.uploads)
    return [End.KILLED_AMID if at in scene.uploads else ends[at % len(ends)]]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "kind", [Restore, Group, Roll, pytest.param(Resized, marks=pytest.mark.campaign)]
)
def test_cut_off_at_any_request_the_same_command_goes_on(tmp_path, monkeypatch, kind):
    scene = kind(tmp_path, monkeypatch)
    struck = 0
    for at in spread(scene.requests, usual=[*range(2, scene.requests, 17)]):
        struck += sum(cut(scene, end, at) for end in ends_of(scene, at))
    assert struck


def test_cut_off_before_a_new_size_counts_the_same_command_restarts_it_first(tmp_path, monkeypatch):
    scene = Resized(tmp_path, monkeypatch)
    assert scene.goal[0]["room"] == LARGER != scene.before[0]["room"]
    command, reboot = (scene.lines.index(f"POST /api/{it}") + 1 for it in ("cmnd", "reboot"))
    assert command < reboot < command + 4
    for at in range(command, reboot + 2):
        for end in (End.KILLED_BEFORE, End.KILLED_AFTER, End.STOPPED):
            assert cut(scene, end, at, pause_s=60.0)


def test_unplugged_long_ago_or_not_at_all_it_does_not_say_that_nothing_was_put_back(
    tmp_path, monkeypatch
):
    scene = Restore(tmp_path, monkeypatch)
    with scene.network("left-alone") as net:
        patient = RestoreOptions(power_cycle=True, power_cycle_s=60.0)
        with pytest.raises(PlugsmithError):  # nobody unplugs it
            restore(net.ctx, net.hosts[0], open_stored(Path(scene.stored)), patient)
        for unplugged in (False, True):
            if unplugged:
                net.device.power_cycle()
            net.clock.sleep(3600.0)
            net.fresh_run()
            data = restore(net.ctx, net.hosts[0], open_stored(Path(scene.stored)))
            assert data.left == ("calibration",)
            (told,) = [item for item in net.log if getattr(item, "code", "") == LEFT]
            assert "not put back" not in told.message
            assert "may hold" in told.message
            assert "calibration" in told.message


@pytest.mark.campaign
@pytest.mark.parametrize("at", [4, 11, 20])  # looking, amid the files, in the settings
def test_a_process_that_is_killed_for_real_leaves_no_more_than_that(tmp_path, monkeypatch, at):
    scene = Restore(tmp_path, monkeypatch)
    device = SimObk(
        mac=bytes.fromhex("c8478c1a2b40"), flash=scene.start[0], speed=SPEED, unpack=unpack
    )
    monkeypatch.setenv("PLUGSMITH_HOME", str(scene.library))
    with serve(device, settle_s=0.05) as server:
        end = server.endpoints[0]
        child = plugsmith("device", "restore", end.url, scene.stored, "--yes")
        while child.poll() is None and len(end.requests) < at:
            pass
        child.kill()
        told = child.communicate()
        assert child.returncode == -signal.SIGKILL, told
        if device.phase is Phase.STUCK or not device.reachable:
            device.power_cycle()
        net = Lan(server, scene.library.parent)
        run(net.obk.wait_back(None))
        data = restore(net.ctx, net.hosts[0], open_stored(Path(scene.stored)))
        assert data.left == ("calibration",)
        assert device.files.files == FILES
        assert read_settings(run(read_state(net.obk)).block)["short_name"] == "living_4"
