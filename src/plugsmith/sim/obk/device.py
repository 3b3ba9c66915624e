"""The simulated device: power, boots, configuration in memory and flash, and its plug."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from plugsmith.clock import RealClock
from plugsmith.sim.obk.block import Block, Identity, Number, Text
from plugsmith.sim.obk.bootloader import read_update
from plugsmith.sim.obk.files import DEFAULT_SIZE, MIN_SIZE, FileStore
from plugsmith.sim.obk.firmware import Firmware, Network, Phase
from plugsmith.sim.obk.nor import SparseFlash
from plugsmith.sim.obk.plug.plug import Plug

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.sim.obk.bootloader import Unpacker
    from plugsmith.sim.obk.plug.plug import Lamps, Load

SAFE_AFTER = 4  # unfinished boots
_UNPACK_S = 20.0
_JOIN_S = 2.0
_AP_S = 5.0
_SKIP_AFTER_S = 900.0  # an idle device does not live through every second of a long pause
_RAW_LEVELS = 13


class SimObk(Firmware):
    """One device. Times are device seconds: `speed` of them pass in one second of `clock`.

    Every public method may be called from any thread; `lock` is held inside.
    """

    def __init__(
        self,
        *,
        chip: str = "BK7231T",
        mac: bytes = bytes.fromhex("c8478c1a2b3c"),
        version: str = "1.18.299",
        flash: bytes | None = None,
        plug: Plug | None = None,
        clock: Clock | None = None,
        speed: float = 1.0,
        home: tuple[str, str] | None = None,
        unpack: Unpacker | None = None,
    ) -> None:
        super().__init__(
            identity=Identity(chip=chip, mac=mac),
            flash=SparseFlash(flash),
            plug=plug or Plug(),
            version=version,
        )
        self.lock = threading.RLock()
        self.home = home
        self.phase = Phase.OFF
        self.network = Network.NONE
        self.resets = 0
        self._unpack = unpack
        self._clock = clock or RealClock()
        self._speed = speed
        self._origin = self._clock.monotonic()
        self._net_at = 0.0
        self._boot_ok = False
        self._reset()
        self._net_at = 0.0  # up and reachable from the first moment

    # Time

    def tick(self) -> None:
        """Live through the time that has passed since the last call."""
        with self.lock:
            now = (self._clock.monotonic() - self._origin) * self._speed
            if now - self.now_s > _SKIP_AFTER_S:
                self.now_s = self.second_at = now - _SKIP_AFTER_S
            while self.now_s < now:
                self._step(now)
            self._poll()

    def _step(self, now: float) -> None:
        target = min([self.second_at, now, *(when for when, _act in self.due)])
        target = max(target, self.now_s)
        self.plug.pass_time(target - self.now_s)
        self.now_s = target
        for item in [entry for entry in self.due if entry[0] <= target]:
            if item in self.due:  # a reset forgets the others
                self.due.remove(item)
                item[1]()
        if target >= self.second_at:
            self.second_at += 1.0
            if self.phase is Phase.RUNNING:
                self._second()

    def _second(self) -> None:
        if self.meter is not None:
            self.meter.second()
        self.publisher.second()
        if self.save_at is not None and self.now_s >= self.save_at and not self.upload_marker:
            self.save()
        if not self._boot_ok and self.uptime >= self.block.number(Number.BOOT_OK):
            self._boot_ok = True
            self.vars.failed_boots = 0

    def _poll(self) -> None:
        if self.phase is not Phase.RUNNING:
            return
        self.buttons.poll(self, self.now_s)
        self.bank.poll()
        if self.network is Network.HOME and self.now_s >= self._net_at:
            self.bank.set_wifi_lamp(1)
        else:
            period = 0.5 if self.network is Network.ACCESS_POINT else 1.0
            self.bank.set_wifi_lamp(int(self.now_s / period * 2) % 2)

    # Power and boots

    @property
    def reachable(self) -> bool:
        """Whether anything answers on the network just now."""
        up = self.phase in (Phase.RUNNING, Phase.STUCK)
        return up and self.network is not Network.NONE and self.now_s >= self._net_at

    def power_off(self) -> None:
        """Pull the plug: everything that was not saved is gone."""
        with self.lock:
            self.tick()
            if self.phase is not Phase.DEAD:
                self.phase = Phase.OFF
            self.due.clear()
            self.publisher.on_loss()
            self.plug.reset_pins()

    def power_on(self) -> None:
        """Put the plug back in."""
        with self.lock:
            self.tick()
            if self.phase is not Phase.DEAD:
                self._reset()

    def power_cycle(self) -> None:
        """Out and in again."""
        self.power_off()
        self.power_on()

    def soft_reboot(self) -> None:
        if self.save_at is not None:
            self.save()
        self.publisher.on_loss()
        self._reset()

    def _reset(self) -> None:
        self.resets += 1
        self.due.clear()
        self.bank.stop()
        self.plug.reset_pins()
        area = self.flash.read(self.layout.ota_start, 8)
        if area.startswith(b"RBL\0") and self._unpack_update():
            return
        self._start()

    def _unpack_update(self) -> bool:
        """Whether an update keeps the boot loader busy; decides what will run afterwards."""
        start = self.layout.ota_start
        area = self.flash.read(start, self.layout.files_end - start)
        update = read_update(area, self._unpack)
        if update is None or self.vars.unpacked == hash(area):
            return False
        self.phase = Phase.UNPACKING

        def done() -> None:
            self.vars.unpacked = hash(area)  # not before: an interrupted one is begun again
            if update.chip and update.chip != self.identity.chip:
                self.phase = Phase.DEAD
                return
            self.version = update.version
            self._start()

        self.after(_UNPACK_S, done)
        return True

    def _start(self) -> None:
        self.blank()
        self._boot_ok = False
        self.phase = Phase.RUNNING
        self.failed_boots = self.vars.failed_boots  # without this boot
        self.vars.failed_boots += 1
        self.safe_mode = self.failed_boots > SAFE_AFTER
        held = Block.load(self.flash.read(self.layout.config, 4096))
        if held is not None:
            self.block.raw[:] = held.raw
        else:
            self.save()
        self.block.flags &= ~(1 << _RAW_LEVELS)
        size = self.block.number(Number.LFS_SIZE) or DEFAULT_SIZE
        largest = self.layout.files_end - self.layout.ota_start
        size = min(max(size & ~0xFFF, MIN_SIZE), largest)
        self.files = FileStore(self.flash, end=self.layout.files_end, size=size)
        self._join()
        if not self.safe_mode:
            self.start_up()

    def _join(self) -> None:
        networks = {
            (self.block.text(Text.SSID), self.block.text(Text.PASSWORD)),
            (self.block.text(Text.SSID2), self.block.text(Text.PASSWORD2)),
        }
        named = {entry for entry in networks if entry[0]}
        if self.safe_mode or not named:
            self.network, self._net_at = Network.ACCESS_POINT, self.now_s + _AP_S
        elif self.home is None or self.home in named:
            self.network, self._net_at = Network.HOME, self.now_s + _JOIN_S
        else:
            self.network = Network.NONE

    def open_ap(self) -> None:
        """Become an access point now."""
        self.network = Network.ACCESS_POINT

    # The owner's hands

    def press(self) -> None:
        """Hold the button down."""
        with self.lock:
            self.tick()
            self.plug.button_down = True
            self._poll()

    def release(self) -> None:
        """Let the button go."""
        with self.lock:
            self.tick()
            self.plug.button_down = False
            self._poll()

    def plug_in(self, load: Load) -> None:
        """Change what is plugged in."""
        with self.lock:
            self.tick()
            self.plug.load = load

    @property
    def lamps(self) -> Lamps:
        """What the owner sees."""
        with self.lock:
            self.tick()
            return self.plug.lamps

    @property
    def relay_closed(self) -> bool:
        """Whether the load has mains."""
        with self.lock:
            self.tick()
            return self.plug.relay_closed
