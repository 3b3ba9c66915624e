"""Which build of OpenBeken a device needs: the drivers of its pins against what builds hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.errors import PlugsmithError
from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.flows.input_file import read_input
from plugsmith.openbeken.builds import lacking_in, needs_of, variant_with
from plugsmith.openbeken.script import Script, read_startup
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.flows.catalogue.device_input import DeviceInput
    from plugsmith.image.model import FirmwareImage
    from plugsmith.openbeken.builds import VariantNeed

_UNNAMED_SENSOR = ("SHT3X_SDA", "SHT3X_SCK")  # what devices with an I2C sensor most often carry


@frozen
class PinNeeds:
    """The roles and the startup command of a device; `chip` if it is known.

    `maybe`: roles that it may need, where it does not say which sensor it has.
    """

    roles: tuple[str, ...] = ()
    script: Script = Script()
    chip: str | None = None
    maybe: tuple[str, ...] = ()

    def of_build(self, chip: str | None) -> tuple[VariantNeed, ...]:
        """What the plain build for a chip lacks."""
        return needs_of(self.roles, self.script, chip=chip)

    def of_build_perhaps(self, chip: str | None) -> tuple[VariantNeed, ...]:
        """What it lacks of that which the device may need."""
        return needs_of(self.maybe, Script(), chip=chip)

    def of_image(self, image: FirmwareImage) -> tuple[VariantNeed, ...]:
        """What a firmware file lacks by its own content; () for other firmware."""
        if image.firmware != "OpenBeken" or image.app is None:
            return ()
        return lacking_in(image.app.section.code, (*self.roles, *self.maybe), self.script)


def needs_of_device(subject: DeviceInput) -> PinNeeds:
    """The needs of a device, whatever it was given as."""
    template = subject.template
    unnamed = subject.profile.with_function(Function.I2C_DATA) and not subject.from_template
    return PinNeeds(
        roles=tuple(pin.role for pin in template.pins),
        script=read_startup(template.command),
        chip=template.chip.strip().upper() or None,
        maybe=_UNNAMED_SENSOR if unnamed else (),
    )


def needs_of_settings(settings: Mapping[str, Fact]) -> PinNeeds | None:
    """The needs of wanted settings; None if they say nothing about pins."""
    pins = settings.get("pins")
    if not isinstance(pins, dict):
        return None
    return PinNeeds(
        roles=tuple(str(item).partition(";")[0] for item in pins.values()),
        script=read_startup(str(settings.get("startup_command", ""))),
    )


def needs_in_content(data: bytes) -> PinNeeds | None:
    """The needs of the device whose flash this is; None where it tells no pins."""
    try:
        return needs_of_device(device_input_of_bytes(data, name="flash"))
    except PlugsmithError:
        return None


def needs_in_file(path: Path) -> PinNeeds:
    """The needs of the device that a template, a configuration or a dump describes."""
    file = read_input(path)
    return needs_of_device(device_input_of_bytes(file.data, name=file.name))


def variant_for(needs: Iterable[PinNeeds | None], chip: str) -> str | None:
    """The variant that a device needs on a chip; None for the plain build."""
    return variant_with(need for item in needs if item is not None for need in item.of_build(chip))
