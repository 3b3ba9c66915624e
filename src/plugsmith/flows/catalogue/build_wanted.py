"""Which build of OpenBeken a device needs, whatever it was given as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.flows.judged_file import open_file
from plugsmith.interpret.openbeken.pin_needs import needs_of_profile, needs_of_template

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.flows.catalogue.device_input import DeviceInput
    from plugsmith.interpret.openbeken.pin_needs import PinNeeds


def needs_of_device(subject: DeviceInput) -> PinNeeds:
    """The needs of a device; a template of somebody's own says all of them."""
    if subject.from_template:
        return needs_of_template(subject.template)
    return needs_of_profile(subject.profile, subject.template)


def needs_in_file(path: Path) -> PinNeeds:
    """The needs of the device that a template, a configuration or a dump describes."""
    file = open_file(path)
    return needs_of_device(device_input_of_bytes(file.data, name=file.name))
