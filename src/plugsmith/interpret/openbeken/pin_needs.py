"""What a device asks of a build of OpenBeken: the drivers of its pins and its startup command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.interpret.openbeken.to_openbeken import openbeken_setup
from plugsmith.interpret.vendor.from_tuya import profile_from_tuya
from plugsmith.openbeken.builds.variants import lacking_in, needs_of, variant_with
from plugsmith.openbeken.script import Script, read_startup
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.device.profile import DeviceProfile
    from plugsmith.errors import Fact
    from plugsmith.openbeken.builds.variants import VariantNeed
    from plugsmith.openbeken.template import Template

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

    def of_code(self, code: bytes) -> tuple[VariantNeed, ...]:
        """What an OpenBeken with this plain code lacks, by its own content."""
        return lacking_in(code, (*self.roles, *self.maybe), self.script)

    def variant(self, chip: str) -> str | None:
        """The build that a device needs on a chip; None for the plain one."""
        return variant_with(self.of_build(chip))


def needs_of_template(template: Template, *, unnamed_sensor: bool = False) -> PinNeeds:
    """The needs of a template."""
    return PinNeeds(
        roles=tuple(pin.role for pin in template.pins),
        script=read_startup(template.command),
        chip=template.chip.strip().upper() or None,
        maybe=_UNNAMED_SENSOR if unnamed_sensor else (),
    )


def needs_of_profile(profile: DeviceProfile, template: Template) -> PinNeeds:
    """The needs of a device of which the template was derived."""
    unnamed = bool(profile.with_function(Function.I2C_DATA))
    return needs_of_template(template, unnamed_sensor=unnamed)


def needs_of_config(config: Mapping[str, object]) -> PinNeeds:
    """The needs of a vendor configuration."""
    profile = profile_from_tuya(config, module=None, chip=None)
    return needs_of_profile(profile, openbeken_setup(profile).template)


def needs_of_settings(settings: Mapping[str, Fact]) -> PinNeeds | None:
    """The needs of wanted settings; None if they say nothing about pins."""
    pins = settings.get("pins")
    if not isinstance(pins, dict):
        return None
    return PinNeeds(
        roles=tuple(str(item).partition(";")[0] for item in pins.values()),
        script=read_startup(str(settings.get("startup_command", ""))),
    )
