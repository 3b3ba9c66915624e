"""The part of the `dump config` result that follows from a configuration: pins, template, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.rules import RuleLevel
from plugsmith.interpret.config_result import OtherUse, PinRow
from plugsmith.interpret.explain import (
    alternative_role,
    explain_pin,
    pin_sentence,
    profile_notes,
)
from plugsmith.interpret.openbeken.lint import lint_template
from plugsmith.interpret.openbeken.roles import role_of_pin
from plugsmith.interpret.openbeken.to_openbeken import describe_autoexec, openbeken_setup
from plugsmith.interpret.vendor.from_tuya import profile_from_tuya
from plugsmith.interpret.vendor.serial_mcu import profile_of_serial_mcu
from plugsmith.openbeken.template import write_template
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugsmith.device.profile import DeviceProfile, Pin
    from plugsmith.device.rules import RuleFinding
    from plugsmith.errors import Fact
    from plugsmith.interpret.explain import Provenance
    from plugsmith.interpret.openbeken.to_openbeken import OpenBekenSetup


@frozen
class ConfigAnswer:
    """The profile, the OpenBeken setup, and the fields of the result that are made of them."""

    profile: DeviceProfile
    setup: OpenBekenSetup
    pins: tuple[PinRow, ...]
    template: dict[str, Fact]
    notes: tuple[str, ...]
    findings: tuple[RuleFinding, ...]


def answer_for_config(
    config: Mapping[str, object],
    *,
    module: str | None = None,
    chip: str | None = None,
    vendor: str = "",
    name: str = "",
    provenance: Provenance | None = None,
) -> ConfigAnswer:
    """The answer for a stored pin configuration; never raises for odd contents."""
    profile = profile_from_tuya(config, module=module, chip=chip)
    return answer_for_profile(profile, vendor=vendor, name=name, provenance=provenance)


def answer_for_serial_mcu(
    *,
    baud: int | None,
    schema: Iterable[object] = (),
    module: str | None = None,
    chip: str | None = None,
) -> ConfigAnswer:
    """The answer for a device whose work another controller does."""
    profile = profile_of_serial_mcu(baud=baud, schema=schema, chip=chip, module=module)
    return answer_for_profile(profile)


def answer_for_profile(
    profile: DeviceProfile,
    *,
    vendor: str = "",
    name: str = "",
    provenance: Provenance | None = None,
) -> ConfigAnswer:
    """The answer for a profile from anywhere."""
    setup = openbeken_setup(profile, vendor=vendor, name=name)
    findings = lint_template(setup.template)
    notes = profile_notes(profile)
    if setup.autoexec:
        notes.append(describe_autoexec(setup))
    notes += [f"{item.text} {item.fix}" for item in findings if item.level is not RuleLevel.INFO]
    return ConfigAnswer(
        profile=profile,
        setup=setup,
        pins=tuple(
            _pin(profile, pin, provenance) for pin in profile.pins if role_of_pin(pin) is not None
        ),
        template=write_template(setup.template),
        notes=tuple(dict.fromkeys(notes)),
        findings=findings,
    )


def _pin(profile: DeviceProfile, pin: Pin, provenance: Provenance | None) -> PinRow:
    others = tuple(
        OtherUse(role=alternative_role(pin, other), reason=other.reason)
        for other in pin.alternatives
    )
    return PinRow(
        gpio=pin.gpio,
        role=role_of_pin(pin),
        channel=pin.channel,
        channel2=pin.channel2,
        keys=tuple(dict.fromkeys(pin.keys)),
        text=pin_sentence(pin),
        why=explain_pin(profile, pin.gpio, provenance),
        alternatives=others or None,
        where=None,
    )
