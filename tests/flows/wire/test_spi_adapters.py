"""CH341A, FT232H and spidev with a simulated chip behind them: unmodified pyusb and pyftdi."""

from __future__ import annotations

import ctypes
import errno
import struct
from dataclasses import replace

import pytest

pytest.importorskip("usb")
pytest.importorskip("pyftdi")
from fake_usb import FakeUsb
from pyftdi.usbtools import UsbTools
from spi_rig import SpiRig, factory
from test_spi_flows import context
from usb_models import Ch341Model, Ft232hModel, Pins

from plugsmith.errors.flash import ExchangeFailed
from plugsmith.errors.link import NotInFlashMode
from plugsmith.errors.port import PortBusy, PortDenied, PortLost, PortNotFound, PortUnsupported
from plugsmith.flows.spi.unbrick import unbrick
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.raw_read import read_flash
from plugsmith.link.spi_address import read_address
from plugsmith.memory import AddressRange
from plugsmith.sim.spi.serprog import Manners
from plugsmith.spi.adapters import usb_device
from plugsmith.spi.adapters.opened import open_programmer
from plugsmith.spi.adapters.programmer import ProgrammerPort
from plugsmith.spi.adapters.spidev import Spidev
from plugsmith.spi.cen import ByAdapter, ByLine

PLACES = {"ch341": "ch341://", "ftdi": "ftdi://232h/1"}
MODELS = {"ch341": Ch341Model, "ftdi": Ft232hModel}


class Desk:
    """A chip at the adapter `kind`."""

    def __init__(self, kind, monkeypatch, content=None, **options):
        self.rig = SpiRig(content, manners=Manners(cen="none"), status=0x7C)
        self.pins = Pins(self.rig.face, self.rig.clock)
        self.model = MODELS[kind](self.pins)
        self.usb = FakeUsb(self.model, clock=self.rig.clock, **options)
        self.name = PLACES[kind]
        monkeypatch.setattr(usb_device, "backend", lambda: self.usb)
        monkeypatch.setattr(UsbTools, "_load_backend", lambda: self.usb)
        UsbTools.flush_cache()

    def ctx(self, tmp_path, **options):
        return replace(
            context(self.rig, tmp_path, **options),
            port_name=self.name,
            open_port=lambda: open_programmer(self.name),
        )


@pytest.fixture(params=PLACES)
def kind(request):
    return request.param


RF = AddressRange(0x1E_0000, 0x1E_1000)


def look(desk, tmp_path):
    return read_flash(desk.ctx(tmp_path), lambda _size: RF).data


def test_the_chip_is_found_and_a_sector_reads_the_same(kind, monkeypatch, tmp_path):
    desk = Desk(kind, monkeypatch)
    assert look(desk, tmp_path) == factory()[RF.start : RF.end]


def test_afterwards_no_pin_of_a_ch341a_is_driven(monkeypatch, tmp_path):
    desk = Desk("ch341", monkeypatch)
    look(desk, tmp_path)
    assert desk.model.driven == 0


def test_a_ch341a_that_sends_nothing_for_ever_is_not_waited_for(monkeypatch, tmp_path):
    desk = Desk("ch341", monkeypatch)
    reads = []
    monkeypatch.setattr(desk.model, "bulk_in", lambda limit: reads.append(limit) or b"")
    with pytest.raises(ExchangeFailed):
        look(desk, tmp_path)
    assert len(reads) <= 32


def test_a_reset_that_is_interrupted_lets_the_line_go():
    levels = []

    class Stopped:
        def pull_cen(self, *, low):
            levels.append(low)

        def set_lines(self, *, rts):
            levels.append(rts)

        def sleep(self, _seconds):
            raise KeyboardInterrupt

    both = Stopped()
    for cen in (ByAdapter(both, both, "ch341://"), ByLine(both, "rts", both, "serprog://a:1")):
        with pytest.raises(KeyboardInterrupt):
            cen.pulse()
    assert levels == [True, False] * 2


def test_voltage_is_warned_of_before_the_adapter_is_touched(kind, monkeypatch, tmp_path):
    desk = Desk(kind, monkeypatch)
    seen = []
    real = desk.usb.bulk_write
    desk.usb.bulk_write = lambda *arguments: (
        seen.append(len(list(desk.rig.log))),
        real(*arguments),
    )[1]
    info(desk.ctx(tmp_path))
    warned = [item.message for item in list(desk.rig.log)[: seen[0]] if item.kind == "warning"]
    assert any("3.9 V" in text for text in warned)


@pytest.mark.parametrize("kind", ["ftdi", pytest.param("ch341", marks=pytest.mark.campaign)])
def test_a_lost_loader_comes_back_through_each_adapter(kind, monkeypatch, tmp_path):
    lost = b"\xff" * 0x1_1000 + factory()[0x1_1000:]
    desk = Desk(kind, monkeypatch, lost)
    good = tmp_path / "good.bin"
    good.write_bytes(factory())
    assert unbrick(desk.ctx(tmp_path), image=good).verified
    assert desk.rig.content == factory()
    assert desk.rig.chip.nor.status == 0x7C


def test_a_chip_that_listens_in_mode_3_is_met_by_an_adapter_that_knows_it(monkeypatch, tmp_path):
    desk = Desk("ftdi", monkeypatch)
    desk.pins.mode_heard = 3
    assert look(desk, tmp_path) == factory()[RF.start : RF.end]
    other = Desk("ch341", monkeypatch)
    other.pins.mode_heard = 3
    with pytest.raises(NotInFlashMode):
        look(other, tmp_path)


def test_an_adapter_that_is_not_there_busy_or_in_its_serial_mode_is_said(monkeypatch, tmp_path):
    for product, error, text in ((0x7777, PortNotFound, ""), (0x5523, PortUnsupported, "jumper")):
        with pytest.raises(error) as caught:
            look(Desk("ch341", monkeypatch, product=product), tmp_path)
        assert text in caught.value.message
    with pytest.raises(PortDenied):
        look(Desk("ch341", monkeypatch, errno=errno.EACCES), tmp_path)


def test_the_kernels_own_driver_is_let_go(monkeypatch, tmp_path):
    desk = Desk("ch341", monkeypatch)
    look(desk, tmp_path)
    assert not desk.usb.driver


class Kernel:
    """The two ioctls of spidev and a GPIO, with the chip behind them."""

    def __init__(self, pins, modes=(0, 3)):
        self.pins, self.modes, self.asked = pins, modes, []

    def open(self, _path):
        return 99

    def close(self, _file): ...

    def ioctl(self, _file, request, argument):
        self.asked.append(request & 0xFF)
        if request == 0x4001_6B01:
            if argument[0] not in self.modes:
                raise OSError(errno.EINVAL, "no such mode")
            self.pins.mode = argument[0]
        elif request == 0x4020_6B00:
            sent, heard, count = struct.unpack_from("=QQI", argument)
            self.pins.select(high=False)
            reply = self.pins.clock_bytes(ctypes.string_at(sent, count))
            self.pins.select(high=True)
            ctypes.memmove(heard, reply, count)

    def set_value(self, _line, value):
        self.pins.cen(high="ACTIVE" in str(value) and "INACTIVE" not in str(value))

    def release(self): ...


def test_spidev_reads_the_flash_with_a_gpio_at_cen(monkeypatch, tmp_path):
    gpiod = pytest.importorskip("gpiod")
    rig = SpiRig(manners=Manners(cen="none"))
    kernel = Kernel(Pins(rig.face, rig.clock))
    monkeypatch.setattr(gpiod, "request_lines", lambda *_a, **_k: kernel)
    name = "spidev://0.0?cen=gpio@gpiochip0:22"
    assert read_address(name).gpio == "gpiochip0:22"
    port = ProgrammerPort(
        name, lambda: Spidev(name, path="/dev/spidev0.0", hz=1, cen="gpiochip0:22", kernel=kernel)
    )
    ctx = replace(context(rig, tmp_path), port_name=name, open_port=lambda: port)
    assert info(ctx).identity.chip.name == "BK7231T"
    assert {0x00, 0x01, 0x04} <= set(kernel.asked)


def test_a_controller_without_mode_3_goes_on_in_mode_0(monkeypatch):
    rig = SpiRig(manners=Manners(cen="none"))
    kernel = Kernel(Pins(rig.face, rig.clock), modes=(0,))
    bus = Spidev("spidev://0.0", path="/dev/spidev0.0", hz=1, kernel=kernel)
    bus.begin()
    bus.set_mode(3)
    assert (kernel.pins.mode, len(bus.transfer(b"\x9f", 3))) == (0, 3)


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOENT, PortNotFound), (errno.EACCES, PortDenied), (errno.EBUSY, PortBusy),
     (errno.ENXIO, PortLost), (errno.EIO, PortLost)],
)  # fmt: skip
def test_every_refusal_to_open_is_an_error_of_ours(number, error, monkeypatch):
    kernel = Kernel(None)

    def refuse(_path):
        raise OSError(number, "refused")

    monkeypatch.setattr(kernel, "open", refuse)
    with pytest.raises(error):
        Spidev("spidev://0.0", path="/dev/spidev0.0", hz=1, kernel=kernel).begin()


@pytest.mark.parametrize(
    "name",
    ["ch341://x", "ch341://?cen=cs1", "ftdi://232h/1?cen=gpio@a:1", "spidev://0.0?cen=line",
     "spidev://0.0?cen=gpio@a/b:1", "serprog://a:1?cen=line", "ch341://?hz=0", "ch341://?x=1"],
)  # fmt: skip
def test_an_address_that_cannot_be_one_is_refused(name):
    with pytest.raises(PortUnsupported):
        read_address(name)


@pytest.mark.parametrize("name", ["spidev://a", "spidev://0", "ftdi://", "ftdi://232h"])
def test_a_place_that_cannot_be_one_is_refused(name):
    with pytest.raises(PortUnsupported):
        open_programmer(name)


def test_the_port_of_an_adapter_is_no_uart():
    port = open_programmer("ch341://")
    for act in (lambda: port.read(1, 0), lambda: port.write(b"x"), port.drain, port.discard_input):
        with pytest.raises(PortUnsupported):
            act()
