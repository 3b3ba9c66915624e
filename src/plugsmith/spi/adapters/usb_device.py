"""Finding a USB device through pyusb, and its errors in our words."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from plugsmith.errors.port import (
    PortBusy,
    PortDenied,
    PortError,
    PortLost,
    PortNotFound,
    PortUnsupported,
)
from plugsmith.installed import how_to_add
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator


def without_extra(name: str) -> PortUnsupported:
    """The error of an adapter whose packages are not installed."""
    return PortUnsupported(
        port=name,
        problem=_("its packages are missing; to add them: {install}", install=how_to_add("spi")),
    )


def backend() -> Any:  # noqa: ANN401 - pyusb has no types
    """The libusb that pyusb is to use; None: the system's own."""
    try:
        import libusb_package  # noqa: PLC0415 - part of the extra where the system has none
    except ImportError:
        return None
    return libusb_package.get_libusb1_backend()


def find_device(name: str, *, vendor: int, product: int, number: int) -> Any:  # noqa: ANN401
    """The device that is the `number`-th of its kind (from 0), or None. PortUnsupported without
    the extra or without libusb.
    """
    try:
        import usb.core  # noqa: PLC0415 - extra
    except ImportError as missing:
        raise without_extra(name) from missing
    try:
        found = list(
            usb.core.find(find_all=True, idVendor=vendor, idProduct=product, backend=backend())
        )
    except usb.core.NoBackendError as missing:
        raise PortUnsupported(port=name, problem=_("libusb is not installed")) from missing
    return found[number] if number < len(found) else None


@contextmanager
def usb_errors(name: str) -> Iterator[None]:
    """Raise OSErrors, also of pyusb and pyftdi: PortDenied, PortBusy, PortNotFound or PortLost."""
    try:
        yield
    except PortError:
        raise
    except OSError as problem:
        raise _port_error(name, problem) from problem


def _port_error(name: str, problem: OSError) -> PortError:
    if problem.errno in (errno.EACCES, errno.EPERM):
        return PortDenied(port=name)
    if problem.errno == errno.EBUSY:
        return PortBusy(port=name, holder=_("another program or the system's own driver"))
    if problem.errno == errno.ENOENT:
        return PortNotFound(port=name)
    return PortLost(port=name)
