"""The simulated device and its plug, in virtual time and without a network."""

from __future__ import annotations

import pytest

from plugsmith.clock import VirtualClock
from plugsmith.sim.obk.block import Block, Identity, Number, Table, Text, signed_crc
from plugsmith.sim.obk.bootloader import plain_package
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.firmware import Network, Phase
from plugsmith.sim.obk.outcome import Outcome
from plugsmith.sim.obk.plug.plug import Lamps, Load, Plug, Tolerance, Wiring
from plugsmith.sim.obk.web.message import Request
from plugsmith.sim.obk.web.site import answer

TEMPLATE = (
    "backlog setPinRole 7 BL0937CF; setPinRole 8 BL0937CF1; setPinRole 24 BL0937SEL",
    "backlog setPinRole 26 Rel; setPinChannel 26 1",
    "backlog setPinRole 10 Btn; setPinChannel 10 1 2",
)


class Bench:
    """A device on a clock that only the test moves."""

    def __init__(self, **options: object) -> None:
        self.clock = VirtualClock()
        self.device = SimObk(clock=self.clock, **options)  # type: ignore[arg-type]

    def wait(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.device.tick()

    def run(self, *lines: str) -> None:
        for line in lines:
            assert self.device.run(line) is Outcome.OK, line

    def configured(self) -> None:
        self.run(*TEMPLATE, "startDriver BL0937", "POWER ON")

    def click(self, held: float = 0.1) -> None:
        self.device.press()
        self.wait(held)
        self.device.release()

    def post(self, target: str, body: bytes) -> bytes:
        request = Request(method="POST", target=target, headers={}, body=body)
        return answer(self.device, request).body


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"123456789", 0x63),
        (b"\x01", 0x30),
        (b"\x80", 0x8C),
        (b"\xff" * 4, 0xAF),
        (bytes(range(16)), 0x62),
    ],
)
def test_signed_crc(data: bytes, crc: int) -> None:
    assert signed_crc(data) == crc


@pytest.mark.parametrize(("chip", "crc"), [("BK7231T", 0x44), ("BK7231N", 0x16)])
def test_default_block_is_the_recorded_one(chip: str, crc: int) -> None:
    device = SimObk(chip=chip, clock=VirtualClock())
    sector = device.flash.read(device.layout.config, 0x1000)
    assert sector[:8] == b"CFG" + bytes([crc]) + b"\x05\0\0\0"


def test_damaged_block_means_defaults() -> None:
    block = Block.defaults(Identity(chip="BK7231T", mac=bytes(6)))
    sector = bytearray(block.sector())
    assert Block.load(bytes(sector)) is not None
    sector[100] ^= 1
    assert Block.load(bytes(sector)) is None
    assert Block.load(b"\xff" * 4096) is None


class TestPlug:
    """The forum thread's wiring, openbeken.md section 13."""

    @pytest.mark.parametrize(
        ("relay", "blue_pin", "lamps"),
        [
            (0, 0, Lamps(red=False, blue=True)),
            (0, 1, Lamps(red=False, blue=False)),
            (1, 0, Lamps(red=True, blue=True)),
            (1, 1, Lamps(red=True, blue=False)),
        ],
    )
    def test_truth_table(self, bench: Bench, relay: int, blue_pin: int, lamps: Lamps) -> None:
        bench.run("backlog setPinRole 26 Rel; setPinChannel 26 1")
        bench.run("backlog setPinRole 6 LED; setPinChannel 6 2")
        bench.run(f"backlog setChannel 1 {relay}; setChannel 2 {blue_pin}")
        assert bench.device.lamps == lamps

    @pytest.mark.parametrize(
        ("role", "off", "on"),
        [
            ("LED", Lamps(red=False, blue=True), Lamps(red=True, blue=False)),
            ("LED_n", Lamps(red=False, blue=False), Lamps(red=True, blue=True)),
        ],
    )
    def test_what_the_owner_saw(self, bench: Bench, role: str, off: Lamps, on: Lamps) -> None:
        bench.run(f"backlog setPinRole 6 {role}; setPinChannel 6 1")
        bench.run("backlog setPinRole 26 Rel; setPinChannel 26 1")
        assert bench.device.lamps == off
        bench.run("POWER ON")
        assert bench.device.lamps == on

    def test_role_none_keeps_driving_until_released(self, bench: Bench) -> None:
        bench.run("backlog setPinRole 26 Rel; setPinChannel 26 37; setChannel 37 1")
        bench.run("backlog setPinRole 26 None; setPinChannel 26 0")
        assert bench.device.relay_closed
        bench.run("backlog setPinRole 26 dInput_NoPullUp; setPinRole 26 None")
        assert not bench.device.relay_closed

    def test_role_drives_its_old_channel_first(self, bench: Bench) -> None:
        bench.run("setChannel 0 1", "setPinRole 26 Rel")
        assert bench.device.relay_closed

    def test_same_value_writes_no_pin(self, bench: Bench) -> None:
        bench.run("backlog setPinRole 26 Rel; setPinChannel 26 5")
        bench.run("setChannel 5 0")
        assert bench.device.plug.relay_clicks == 0

    def test_button_toggles_the_relay(self, bench: Bench) -> None:
        bench.run(*TEMPLATE)
        bench.wait(6)
        bench.click()
        bench.wait(1)
        assert bench.device.relay_closed
        bench.click()
        bench.wait(1)
        assert not bench.device.relay_closed

    def test_double_click_toggles_the_second_channel(self, bench: Bench) -> None:
        bench.run(*TEMPLATE)
        bench.wait(6)
        for _time in range(2):
            bench.click()
            bench.wait(0.1)
        bench.wait(1)
        assert bench.device.bank.values[1:3] == [0, 1]

    def test_double_click_after_boot_opens_the_access_point(self) -> None:
        bench = Bench()
        bench.run(*TEMPLATE, "SSID1 Home", "Password1 secret12")
        bench.device.restart_in(1)
        bench.wait(1.5)
        assert bench.device.network is Network.HOME
        for _time in range(2):
            bench.click()
            bench.wait(0.1)
        assert bench.device.network is Network.ACCESS_POINT

    def test_button_pin_reads_as_input(self, bench: Bench) -> None:
        bench.run("backlog setPinRole 10 dInput; setPinChannel 10 53")
        bench.wait(0.1)
        assert bench.device.bank.values[53] == 1
        bench.device.press()
        assert bench.device.bank.values[53] == 0

    def test_counter_role_shows_the_meter_pulses(self, bench: Bench) -> None:
        bench.device.plug_in(Load(watts=1500))
        bench.run("backlog setPinRole 26 Rel; setChannel 0 1")
        bench.run("backlog setPinRole 7 Counter_f; setPinChannel 7 9")
        bench.wait(2)
        assert bench.device.bank.values[9] == pytest.approx(2000, abs=2)

    def test_wifi_lamp(self) -> None:
        bench = Bench()
        bench.run("setPinRole 6 WifiLED_n")
        seen = set()
        for _time in range(10):
            bench.wait(0.13)
            seen.add(bench.device.lamps.blue)
        assert seen == {True, False}  # blinks: access point
        bench.run("SSID1 Home")
        bench.device.restart_in(1)
        bench.wait(10)
        assert bench.device.lamps.blue


class TestMeter:
    """Pulses of the load model through the firmware's maths, openbeken.md section 12."""

    def test_reads_the_load(self, bench: Bench) -> None:
        bench.device.plug_in(Load(volts=231, watts=2000))
        bench.configured()
        bench.wait(6)
        meter = bench.device.meter
        assert meter is not None
        assert meter.voltage == pytest.approx(231, abs=0.14)
        assert meter.current == pytest.approx(2000 / 231, abs=0.012)
        assert meter.power == pytest.approx(2000, abs=1.6)
        assert meter.factor == pytest.approx(1, abs=0.01)

    def test_relay_open_leaves_the_voltage(self, bench: Bench) -> None:
        bench.device.plug_in(Load(watts=2000))
        bench.configured()
        bench.run("POWER OFF")
        bench.wait(6)
        meter = bench.device.meter
        assert meter is not None
        assert (meter.power, meter.current) == (0, 0)
        assert meter.voltage > 220

    @pytest.mark.parametrize("name", ["BL0937", "BL0942", "CSE7766"])
    def test_calibration_removes_the_tolerance(self, name: str) -> None:
        bench = Bench(plug=Plug(tolerance=Tolerance(voltage=1.04, current=0.95, power=1.06)))
        bench.device.plug_in(Load(volts=230, watts=2000))
        bench.run(*TEMPLATE, f"startDriver {name}", "POWER ON")
        bench.wait(6)
        meter = bench.device.meter
        assert meter is not None
        assert meter.power == pytest.approx(2120, rel=0.002)
        amps = bench.device.plug.real_amps
        bench.run("VoltageSet 230", f"CurrentSet {amps}", "PowerSet 2000")
        bench.wait(5)
        assert meter.voltage == pytest.approx(230, rel=0.002)
        assert meter.current == pytest.approx(amps, rel=0.005)
        assert meter.power == pytest.approx(2000, rel=0.002)

    def test_calibration_without_load_is_refused(self, bench: Bench) -> None:
        bench.configured()
        bench.wait(5)
        assert bench.device.run("PowerSet 100") is Outcome.FAILED
        assert bench.device.run("PowerSet 0") is Outcome.BAD
        assert bench.device.run("PowerSet") is Outcome.TOO_FEW

    def test_swapped_pins_show_nonsense(self, bench: Bench) -> None:
        """CF and CF1 exchanged: about 2600 W at no load that come and go."""
        bench.run("backlog setPinRole 7 BL0937CF1; setPinRole 8 BL0937CF; setPinRole 24 BL0937SEL")
        bench.run("startDriver BL0937")
        seen = []
        for _second in range(6):
            bench.wait(1)
            assert bench.device.meter is not None
            seen.append(bench.device.meter.power)
        assert max(seen) == pytest.approx(2600, rel=0.01)
        assert min(seen) == 0

    def test_power_above_the_limit_keeps_the_old_value(self, bench: Bench) -> None:
        bench.device.plug_in(Load(watts=1000))
        bench.configured()
        bench.run("PowerMax 1500")
        bench.wait(5)
        bench.device.plug_in(Load(watts=2000))
        bench.wait(5)
        assert bench.device.meter is not None
        assert bench.device.meter.power == pytest.approx(1000, abs=2)

    def test_driver_starts_by_itself_at_boot_only(self, bench: Bench) -> None:
        bench.run(*TEMPLATE)
        assert bench.device.meter is None
        bench.device.restart_in(3)
        bench.wait(6)
        assert bench.device.meter is not None
        bench.run("SetFlag 36 1")
        bench.device.restart_in(3)
        bench.wait(6)
        assert bench.device.meter is None


class TestSaving:
    """Configuration in memory and in flash; the trap of openbeken.md 9.4."""

    def stored(self, bench: Bench) -> Block:
        block = Block.load(bench.device.flash.read(bench.device.layout.config, 0x1000))
        assert block is not None
        return block

    def test_a_change_is_saved_by_the_loop(self, bench: Bench) -> None:
        bench.run("ShortName new")
        assert self.stored(bench).text(Text.SHORT_NAME) != "new"
        bench.wait(4)
        assert self.stored(bench).text(Text.SHORT_NAME) == "new"

    def test_power_cut_before_saving_loses_it(self, bench: Bench) -> None:
        bench.run("ShortName new")
        bench.device.power_cycle()
        assert bench.device.block.text(Text.SHORT_NAME) != "new"

    def test_restart_saves_first(self, bench: Bench) -> None:
        bench.run("ShortName new", "restart 0.1")
        bench.wait(0.5)
        assert bench.device.block.text(Text.SHORT_NAME) == "new"

    def restored(self, bench: Bench) -> None:
        block = self.stored(bench)
        block.set_text(Text.SHORT_NAME, "restored")
        assert bench.post("api/flash/1e1000-1000", block.sector()) == b'{"size":4096}'
        assert self.stored(bench).text(Text.SHORT_NAME) == "restored"

    def test_soft_reboot_overwrites_a_restored_block(self, bench: Bench) -> None:
        self.restored(bench)
        bench.device.restart_in(3)
        bench.wait(6)
        assert bench.device.block.text(Text.SHORT_NAME) == "obk8C1A2B3C"
        assert self.stored(bench).text(Text.SHORT_NAME) == "obk8C1A2B3C"

    def test_power_cycle_keeps_a_restored_block(self, bench: Bench) -> None:
        self.restored(bench)
        bench.wait(30)  # the loop does not save while the marker is set
        bench.device.power_cycle()
        assert bench.device.block.text(Text.SHORT_NAME) == "restored"

    def test_saving_is_suspended_after_an_upload(self, bench: Bench) -> None:
        bench.post("api/fsblock", b"\xff" * 0x8000)
        bench.run("ShortName late")
        bench.wait(30)
        assert self.stored(bench).text(Text.SHORT_NAME) != "late"


class TestBoots:
    """Boot counter, safe mode, networks, power-on values."""

    def test_five_unfinished_boots_lead_to_safe_mode(self, bench: Bench) -> None:
        bench.run(*TEMPLATE, "SSID1 Home", "SetStartValue 1 1")
        bench.wait(10)
        for _boot in range(5):
            bench.device.power_cycle()
            assert not bench.device.safe_mode
        bench.device.power_cycle()
        assert bench.device.safe_mode
        assert bench.device.network is Network.ACCESS_POINT
        assert not bench.device.relay_closed
        assert bench.device.run("POWER ON") is Outcome.UNKNOWN
        bench.device.leave_safe_mode()
        bench.wait(4)
        assert not bench.device.safe_mode
        assert bench.device.relay_closed

    def test_finished_boots_reset_the_counter(self, bench: Bench) -> None:
        bench.wait(10)
        for _boot in range(8):
            bench.device.power_cycle()
            bench.wait(6)
        assert not bench.device.safe_mode

    @pytest.mark.parametrize(
        ("given", "network"),
        [(("Home", "secret12"), Network.HOME), (("Home", "wrong"), Network.NONE)],
    )
    def test_only_the_right_password_joins(self, given: tuple[str, str], network: Network) -> None:
        bench = Bench(home=("Home", "secret12"))
        assert bench.device.network is Network.ACCESS_POINT
        bench.run(f"SSID1 {given[0]}", f"Password1 {given[1]}", "restart 1")
        bench.wait(5)
        assert bench.device.network is network
        assert bench.device.reachable is (network is Network.HOME)

    def test_restart_takes_a_while(self, bench: Bench) -> None:
        bench.run("SSID1 Home", "restart")
        bench.wait(2.9)
        assert bench.device.reachable
        bench.wait(0.2)
        assert not bench.device.reachable
        bench.wait(2.5)
        assert bench.device.reachable

    @pytest.mark.parametrize(("value", "closed"), [(0, False), (1, True), (-1, True)])
    def test_power_on_values(self, bench: Bench, value: int, closed: bool) -> None:
        bench.run(*TEMPLATE, f"SetStartValue 1 {value}", "POWER ON")
        bench.wait(4)
        bench.device.power_cycle()
        assert bench.device.relay_closed is closed

    def test_startup_command_and_scripts_run(self, bench: Bench) -> None:
        bench.run('StartupCommand "backlog setChannel 8 3"')
        bench.post("api/lfs/autoexec.bat", b"// note\nsetChannel 9 4\n")
        bench.wait(3)
        bench.device.restart_in(1)
        bench.wait(4)
        assert bench.device.bank.values[8:10] == [3, 4]

    def test_boots_from_a_given_flash(self, bench: Bench) -> None:
        bench.run("ShortName carried", "backlog setPinRole 26 Rel; setPinChannel 26 1 7")
        bench.wait(4)
        other = SimObk(flash=bench.device.flash.content(), clock=VirtualClock())
        assert other.block.text(Text.SHORT_NAME) == "carried"
        assert other.bank.role(26) == "Rel"
        assert other.block.item(Table.CHANNELS2, 26) == 7


class TestUpdate:
    """OTA: nothing is checked, the boot loader unpacks on the next boot (openbeken.md 7)."""

    def test_version_changes_only_after_a_restart(self, bench: Bench) -> None:
        package = plain_package("BK7231T", "1.18.300")
        assert bench.post("api/ota", package) == f'{{"size":{len(package)}}}'.encode()
        bench.wait(10)
        assert bench.device.version == "1.18.299"
        bench.device.restart_in(3)
        bench.wait(4)
        assert bench.device.phase is Phase.UNPACKING
        assert not bench.device.reachable
        bench.wait(30)
        assert bench.device.version == "1.18.300"
        assert bench.device.reachable

    def test_the_other_chips_file_kills_it(self, bench: Bench) -> None:
        bench.post("api/ota", plain_package("BK7231N", "1.18.300"))
        bench.device.restart_in(3)
        bench.wait(40)
        bench.device.power_cycle()
        bench.wait(40)
        assert bench.device.phase is Phase.DEAD
        assert not bench.device.reachable

    @pytest.mark.parametrize("damage", ["cut", "flipped", "foreign"])
    def test_a_damaged_file_changes_nothing(self, bench: Bench, damage: str) -> None:
        package = bytearray(plain_package("BK7231T", "1.18.300"))
        if damage == "cut":
            package = package[:-100]
        elif damage == "flipped":
            package[5000] ^= 1
        else:
            package[:4] = b"\x7fELF"
        bench.post("api/ota", bytes(package))
        bench.device.restart_in(3)
        bench.wait(30)
        assert (bench.device.version, bench.device.phase) == ("1.18.299", Phase.RUNNING)

    def test_a_large_update_runs_over_the_files(self, bench: Bench) -> None:
        bench.post("api/lfs/a.txt", b"kept?")
        bench.post("api/ota", plain_package("BK7231T", "1.18.300", length=520_000))
        assert bench.device.files.files is None

    def test_a_small_update_leaves_the_files(self, bench: Bench) -> None:
        bench.post("api/lfs/a.txt", b"kept?")
        bench.post("api/ota", plain_package("BK7231T", "1.18.300"))
        bench.device.restart_in(3)
        bench.wait(40)
        assert bench.device.files.files == {"a.txt": b"kept?"}

    def test_too_large_a_file_is_refused(self, bench: Bench) -> None:
        assert b"-20" in bench.post("api/ota", b"RBL\0" + bytes(528_400))

    def test_unpacker_sees_the_whole_package(self) -> None:
        seen = []

        def unpack(package: bytes) -> bytes:
            seen.append(package)
            return b"xx OpenBK7231T_1.19.1\0"

        bench = Bench(unpack=unpack)
        package = bytearray(plain_package("BK7231T", "1.18.300"))
        package[4:8] = (0x0102).to_bytes(4, "little")
        import zlib

        package[92:96] = zlib.crc32(package[:92]).to_bytes(4, "little")
        bench.post("api/ota", bytes(package))
        bench.device.restart_in(1)
        bench.wait(30)
        assert seen[0] == bytes(package)
        assert bench.device.version == "1.19.1"


def test_idle_time_is_skipped_cheaply(bench: Bench) -> None:
    bench.configured()
    bench.wait(86_400 * 30)
    assert bench.device.uptime == pytest.approx(86_400 * 30, rel=0.01)


def test_other_wirings(bench: Bench) -> None:
    bench.device.plug.wiring = Wiring(relay=24, button=11, blue=None, red=9, cf=None, cf1=None)
    bench.run("backlog setPinRole 24 Rel; setChannel 0 1", "setPinRole 9 AlwaysHigh")
    assert bench.device.relay_closed
    assert bench.device.lamps == Lamps(red=True, blue=False)


def test_lfs_size_counts_from_the_next_boot(bench: Bench) -> None:
    bench.run("lfs_size 0x10000")
    assert bench.device.files.size == 0x8000
    bench.device.restart_in(1)
    bench.wait(3)
    assert bench.device.files.size == 0x10000
    assert bench.device.block.number(Number.LFS_SIZE) == 0x10000


@pytest.mark.parametrize("before_s", [5e-7, 1e-9, 0.0])
def test_every_second_is_lived_once_whenever_somebody_looks(monkeypatch, before_s):
    clock = VirtualClock()
    device = SimObk(clock=clock)
    lived = []
    monkeypatch.setattr(device, "_second", lambda: lived.append(device.now_s))
    for wanted in range(1, 11):
        clock.sleep(wanted - before_s - clock.monotonic())
        device.tick()
    clock.sleep(0.5)
    device.tick()
    assert lived == list(range(1, 11))
