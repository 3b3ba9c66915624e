"""A backend for pyusb with one simulated adapter on it: what libusb would be."""

from __future__ import annotations

import array
from types import SimpleNamespace

import usb.backend
import usb.core


class FakeUsb(usb.backend.IBackend):
    """One device, one configuration, one interface, two bulk endpoints."""

    def __init__(self, model, *, clock, product=None, errno=None):
        super().__init__()
        self.model, self.clock, self.errno = model, clock, errno
        self.product = product or model.product
        self.driver, self.opened = True, 0

    def enumerate_devices(self):
        return iter([1])

    def get_device_descriptor(self, dev):
        model = self.model
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=model.vendor, idProduct=self.product,
            bcdDevice=model.device_version, iManufacturer=0, iProduct=0, iSerialNumber=0,
            bNumConfigurations=1, address=1, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev, config):
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev, intf, alt, config):
        if intf or alt:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=0xFF, bInterfaceSubClass=0xFF, bInterfaceProtocol=0xFF, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev, ep, intf, alt, config):
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bmAttributes=2, wMaxPacketSize=self.model.packet,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
            bEndpointAddress=(self.model.in_endpoint, self.model.out_endpoint)[ep],
        )  # fmt: skip

    def open_device(self, dev):
        self.opened += 1
        return dev

    def close_device(self, handle): ...

    def set_configuration(self, handle, value): ...

    def get_configuration(self, handle):
        return 1

    def set_interface_altsetting(self, handle, intf, alt): ...

    def claim_interface(self, handle, intf):
        if self.errno:
            raise usb.core.USBError("refused", errno=self.errno)

    def release_interface(self, handle, intf): ...

    def is_kernel_driver_active(self, handle, intf):
        return self.driver

    def detach_kernel_driver(self, handle, intf):
        self.driver = False

    def attach_kernel_driver(self, handle, intf):
        self.driver = True

    def clear_halt(self, handle, ep): ...

    def reset_device(self, handle): ...

    def bulk_write(self, handle, ep, intf, data, timeout):
        assert ep == self.model.out_endpoint
        self.clock.sleep(0.0005)
        self.model.bulk_out(bytes(data))
        return len(data)

    def bulk_read(self, handle, ep, intf, buff, timeout):
        assert ep == self.model.in_endpoint
        self.clock.sleep(0.0005)
        found = self.model.bulk_in(len(buff))
        if found is None:
            raise usb.core.USBTimeoutError("timeout", errno=110)
        buff[: len(found)] = array.array("B", found)
        return len(found)

    def ctrl_transfer(self, handle, kind, request, value, index, data, timeout):
        found = self.model.control(kind, request, value, index, len(data))
        if kind & 0x80:
            data[: len(found)] = array.array("B", found)
        return len(data)
