"""The lint of an OpenBeken template: neutral pin rules plus the firmware's own traps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.rules import RuleFinding, RuleLevel, pin_findings
from plugsmith.interpret.openbeken.from_openbeken import board_of_template, pin_of_role
from plugsmith.messages import _
from plugsmith.openbeken.builds.drivers import MANUAL_STARTS, UART_DRIVERS, incomplete_drivers
from plugsmith.openbeken.builds.variants import needs_of
from plugsmith.openbeken.flags import Flag, flag_bits
from plugsmith.openbeken.limits import ARGUMENT_LIMIT, startup_limit
from plugsmith.openbeken.roles import read_role, suggest_role
from plugsmith.openbeken.script import PART_LIMIT, Script, long_parts, read_startup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.errors import Fact
    from plugsmith.openbeken.template import Template, TemplateReading

_REMOVED = frozenset({"vref", "iref", "pref"})
_BRIDGE_ROLES = frozenset({"BridgeFWD", "BridgeREV"})
_NEUTRAL_DRIVERS = frozenset({"BL0937", "Bridge"})  # the pin rules speak of these already


def lint_template(template: Template) -> tuple[RuleFinding, ...]:
    """All findings about a template, errors first."""
    board = board_of_template(template)
    script = read_startup(template.command)
    pins = [pin for item in template.pins if (pin := pin_of_role(item)) is not None]
    flags = flag_bits(template.flags or 0)
    uart = Flag.SECOND_UART not in flags and any(map(script.starts_driver, UART_DRIVERS))
    found = [*pin_findings(pins, board, uart_taken=uart and board.beken)]
    found += _chip(template)
    found += _roles(template)
    found += _drivers(template, script)
    found += _latching(template, script)
    found += _command(template, script)
    found += _variant(template, script)
    return tuple(sorted(found, key=lambda item: list(RuleLevel).index(item.level)))


def lint_reading(reading: TemplateReading) -> tuple[RuleFinding, ...]:
    """The same, plus what the reader had to correct or leave out."""
    found = [
        RuleFinding(
            rule="role-misspelt",
            level=RuleLevel.WARNING,
            pin=None,
            text=text,
            fix=_("The firmware ignores misspelt roles silently; write it as shown."),
        )
        for text in reading.corrected
    ]
    lost = [
        RuleFinding(
            rule=item.rule,
            level=RuleLevel.ERROR,
            pin=item.pin,
            text=item.text,
            fix=item.fix or _("Correct the entry; the firmware would ignore it silently."),
        )
        for item in reading.problems
    ]
    return (*lost, *lint_template(reading.template), *found)


def has_errors(findings: tuple[RuleFinding, ...]) -> bool:
    """Whether a finding forbids applying the template."""
    return any(item.level is RuleLevel.ERROR for item in findings)


def finding_json(item: RuleFinding) -> dict[str, Fact]:
    """The shape of a finding in `template lint --json`."""
    return {
        "rule": item.rule,
        "level": item.level.value,
        "pin": item.pin,
        "text": item.text,
        "fix": item.fix,
    }


def _chip(template: Template) -> Iterator[RuleFinding]:
    if not template.chip.strip():
        yield RuleFinding(
            rule="no-chip",
            level=RuleLevel.WARNING,
            pin=None,
            text=_("The template names no chip, so the pins could not be checked fully."),
            fix=_("Add the chip, for example BK7231T or BK7231N."),
        )
    if not template.pins and not template.command:
        yield RuleFinding(
            rule="empty",
            level=RuleLevel.WARNING,
            pin=None,
            text=_("The template sets no pin and runs no command: it does nothing."),
            fix=_("Fill in the pins."),
        )


def _roles(template: Template) -> Iterator[RuleFinding]:
    for item in template.pins:
        reading = read_role(item.role)
        if reading.role is None:
            yield RuleFinding(
                rule="role-unknown",
                level=RuleLevel.ERROR,
                pin=item.gpio,
                text=_("OpenBeken knows no role {role!r}.", role=item.role[:64]),
                fix=_did_you_mean(item.role),
            )


def _did_you_mean(role: str) -> str:
    suggestion = suggest_role(role)
    if suggestion is None:
        return _("Use a role of the firmware's list.")
    return _("Did you mean {suggestion}?", suggestion=suggestion)


def _drivers(template: Template, script: Script) -> Iterator[RuleFinding]:
    used = {item.role for item in template.pins}
    for start, gaps in incomplete_drivers(used):
        if start.driver in _NEUTRAL_DRIVERS or script.starts_driver(start.driver):
            continue
        missing = ", ".join(sorted(next(iter(sorted(group))) for group in gaps))
        yield RuleFinding(
            rule="driver-incomplete",
            level=RuleLevel.WARNING,
            pin=None,
            text=_(
                "The driver {driver} will not start: no pin has {roles}.",
                driver=start.driver,
                roles=missing,
            ),
            fix=_("Add the missing pin, or remove the other pins of the driver."),
        )
    for role_name in sorted(used & set(MANUAL_STARTS)):
        driver = MANUAL_STARTS[role_name]
        if not script.starts_driver(driver):
            yield RuleFinding(
                rule="driver-not-started",
                level=RuleLevel.WARNING,
                pin=next(item.gpio for item in template.pins if item.role == role_name),
                text=_(
                    "{role} does nothing until the driver {driver} is started.",
                    role=role_name,
                    driver=driver,
                ),
                fix=_("Add `startDriver {driver}` to the startup command.", driver=driver),
            )


def _variant(template: Template, script: Script) -> Iterator[RuleFinding]:
    """Roles and drivers that the plain build for this chip does not have."""
    roles = [item.role for item in template.pins]
    for need in needs_of(roles, script, chip=template.chip.strip().upper() or None):
        yield RuleFinding(
            rule="needs-variant",
            level=RuleLevel.WARNING,
            pin=next((item.gpio for item in template.pins if item.role in need.roles), None),
            text=need.text,
            fix=_(
                "Flash that variant: `plugsmith image fetch --chip {chip} --variant {variant}`.",
                chip=template.chip or "CHIP",
                variant=need.variants[0],
            )
            if need.variants
            else _("Look for a build of OpenBeken that has it."),
        )


def _latching(template: Template, script: Script) -> Iterator[RuleFinding]:
    used = {item.role for item in template.pins}
    if script.named("BridgePulseLength") and not used & _BRIDGE_ROLES and used & {"Rel", "Rel_n"}:
        yield RuleFinding(
            rule="latching-as-plain",
            level=RuleLevel.ERROR,
            pin=next(item.gpio for item in template.pins if item.role in {"Rel", "Rel_n"}),
            text=_("A latching relay is driven as a plain one: its coil would burn."),
            fix=_("Use BridgeFWD and BridgeREV for the two coils."),
        )


def _command(template: Template, script: Script) -> Iterator[RuleFinding]:
    length = len(template.command.encode())
    limit = startup_limit()
    if length > limit:
        yield RuleFinding(
            rule="command-too-long",
            level=RuleLevel.ERROR,
            pin=None,
            text=_(
                "The startup command has {length} characters; {limit} fit.",
                length=length,
                limit=limit,
            ),
            fix=_("Move the rest into the file autoexec.bat."),
        )
    elif length > ARGUMENT_LIMIT:
        yield RuleFinding(
            rule="command-long",
            level=RuleLevel.INFO,
            pin=None,
            text=_(
                "The startup command has {length} characters. The firmware's field holds {limit}, "
                "but the command StartupCommand and the public device list take only {short}.",
                length=length,
                limit=limit,
                short=ARGUMENT_LIMIT,
            ),
            fix=_("`plugsmith device apply` and `flash` store it whole; nothing needs to be done."),
        )
    for item in long_parts(script) if template.command.lower().startswith("backlog") else []:
        yield RuleFinding(
            rule="command-part-too-long",
            level=RuleLevel.ERROR,
            pin=None,
            text=_(
                "The part `{name} ...` of the backlog is longer than {limit} characters.",
                name=item.name[:40],
                limit=PART_LIMIT,
            ),
            fix=_("Shorten it, or move it into autoexec.bat."),
        )
    if '"' in template.command:
        yield RuleFinding(
            rule="quote-in-command",
            level=RuleLevel.WARNING,
            pin=None,
            text=_("The startup command holds a quote mark, which cannot be stored by command."),
            fix=_("Write it without quotes, or set it on the startup page of the device."),
        )
    for item in script.commands:
        if item.key in _REMOVED:
            yield RuleFinding(
                rule="command-removed",
                level=RuleLevel.WARNING,
                pin=None,
                text=_("The command {name} no longer exists in the firmware.", name=item.name),
                fix=_("Remove it and calibrate with VoltageSet, CurrentSet and PowerSet."),
            )
