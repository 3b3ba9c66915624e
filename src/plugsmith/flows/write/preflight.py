"""Checks that must pass before anything is erased: each one a named record with its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.boot.identity import SizeProof
from plugsmith.chips.model import Family, KeyClass, Support
from plugsmith.errors.flows import PreflightRefused
from plugsmith.flows.permissions import Permission
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.boot.identity import Identity
    from plugsmith.errors import Fact
    from plugsmith.flows.permissions import Permissions


class PreflightOutcome(StrEnum):
    """The outcome of one check."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    REFUSE = "refuse"
    NEEDS_PERMISSION = "needs-permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightCheck:
    """One check: `text` says what was found, `remedy` what would satisfy it."""

    name: str
    verdict: PreflightOutcome
    text: str
    remedy: str = ""
    permission: Permission | None = None

    def as_data(self) -> dict[str, Fact]:
        """The check as JSON data."""
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "text": self.text,
            "permission": self.permission.value if self.permission else None,
        }

    def settled(self, permissions: Permissions) -> bool:
        """Whether the check does not stand in the way."""
        if self.verdict is PreflightOutcome.PASS:
            return True
        return self.permission is not None and self.permission in permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What the checks need to know about the file to write."""

    name: str
    chips: tuple[str, ...]  # chips it can run on; empty when its bytes do not tell
    key: KeyClass
    end: int  # the first address behind its last byte
    problems: tuple[str, ...] = ()


def require(checks: Sequence[PreflightCheck], permissions: Permissions) -> None:
    """Raise PreflightRefused if a check neither passed nor was allowed by name."""
    failed = [check for check in checks if not check.settled(permissions)]
    if not failed:
        return
    remedies = [check.remedy for check in failed if check.remedy]
    remedies += [
        _("To do it all the same, add --allow {permission}.", permission=check.permission.value)
        for check in failed
        if check.permission is not None
    ]
    raise PreflightRefused(
        reasons=" ".join(check.text for check in failed),
        remedy=" ".join(dict.fromkeys(remedies)),
        checks=[dict(check.as_data()) for check in checks],
    )


def allowed_anyway(
    checks: Iterable[PreflightCheck], permissions: Permissions
) -> list[PreflightCheck]:
    """The checks that passed only because of a permission; the user is told about each."""
    return [
        check
        for check in checks
        if check.verdict is not PreflightOutcome.PASS and check.settled(permissions)
    ]


def device_checks(identity: Identity) -> list[PreflightCheck]:
    """Whether this chip may be written at all."""
    return [_check_support(identity), _check_part(identity), _check_size(identity)]


def image_checks(identity: Identity, image: ImageFacts) -> list[PreflightCheck]:
    """Whether this file belongs on this chip."""
    return [_check_chip(identity, image), _check_key(identity, image), _check_fit(identity, image)]


def check_backup(proven: str | None) -> PreflightCheck:
    """Whether a proven backup of this very device exists; `proven` is its file name."""
    if proven is not None:
        return PreflightCheck(
            name="backup",
            verdict=PreflightOutcome.PASS,
            text=_("There is a proven backup of this device: {file}.", file=proven),
        )
    return PreflightCheck(
        name="backup",
        verdict=PreflightOutcome.NEEDS_PERMISSION,
        permission=Permission.NO_BACKUP,
        text=_("There is no proven backup of this device."),
        remedy=_("Run `plugsmith backup` first."),
    )


def _check_support(identity: Identity) -> PreflightCheck:
    if identity.chip.support is Support.RECOGNISED:
        return PreflightCheck(
            name="chip",
            verdict=PreflightOutcome.REFUSE,
            text=_("{chip} is recognised, but writing it is not supported.", chip=_name(identity)),
            remedy=_("Reading it is possible."),
        )
    return _passed("chip", _("The chip is a {chip}.", chip=_name(identity)))


def _check_part(identity: Identity) -> PreflightCheck:
    flash = identity.flash
    if identity.family is Family.LOADER:
        return _passed(
            "flash-part",
            _("This chip cannot report its flash id; protection is probed on the first sector."),
        )
    if not flash.id_valid:
        return PreflightCheck(
            name="flash-part",
            verdict=PreflightOutcome.REFUSE,
            text=_("The flash id reads as 00 or FF: the flash does not answer the chip."),
            remedy=_("Check the supply (3.3 V, at least 300 mA) and run the command again."),
        )
    jedec = flash.jedec.hex(" ") if flash.jedec else ""
    if flash.part is None:
        return PreflightCheck(
            name="flash-part",
            verdict=PreflightOutcome.NEEDS_PERMISSION,
            permission=Permission.UNKNOWN_PART,
            text=_("The flash id {jedec} is not in the table of flash parts.", jedec=jedec),
            remedy=_("Please report the id, so that it can be added."),
        )
    return _passed("flash-part", _("The flash part is {name}.", name=flash.part.name))


def _check_size(identity: Identity) -> PreflightCheck:
    proof = identity.flash.size_proof
    if proof is SizeProof.CONTRADICTED:
        return PreflightCheck(
            name="flash-size",
            verdict=PreflightOutcome.REFUSE,
            text=_(
                "The flash id says {size} bytes, but the content repeats at a smaller distance: "
                "the flash is smaller, and addresses behind its end wrap.",
                size=identity.flash.size,
            ),
            remedy=_("Reading is possible; please report what `plugsmith info --json` prints."),
        )
    if proof is SizeProof.ASSUMED:
        return PreflightCheck(
            name="flash-size",
            verdict=PreflightOutcome.REFUSE,
            text=_("The size of the flash could not be proven, and addresses behind its end wrap."),
            remedy=_("Run `plugsmith info` and check wires and supply."),
        )
    return _passed("flash-size", _("The flash has {size} bytes.", size=identity.flash.size))


def _check_chip(identity: Identity, image: ImageFacts) -> PreflightCheck:
    if not image.chips:
        return PreflightCheck(
            name="image-chip",
            verdict=PreflightOutcome.REFUSE,
            text=_("{name} does not tell which chip it is for.", name=image.name),
            remedy=_("Use a full image (QIO) of the release for {chip}.", chip=_name(identity)),
        )
    if identity.chip.name not in image.chips and set(identity.twins) & set(image.chips):
        return _passed(
            "image-chip",
            _(
                "{name} is for {chips}, which cannot be told from a {chip} over these wires.",
                name=image.name,
                chips=_(" or ").join(image.chips),
                chip=_name(identity),
            ),
        )
    if identity.chip.name not in image.chips:
        return PreflightCheck(
            name="image-chip",
            verdict=PreflightOutcome.REFUSE,
            text=_(
                "{name} is for {chips}, but the connected chip is a {chip}.",
                name=image.name,
                chips=_(" or ").join(image.chips),
                chip=_name(identity),
            ),
            remedy=_asset_hint(identity),
        )
    return _passed("image-chip", _("{name} is for this chip.", name=image.name))


def _asset_hint(identity: Identity) -> str:
    prefix = identity.chip.openbeken_prefix
    if prefix is None:
        return _("Use an image for {chip}.", chip=_name(identity))
    return _("Use the file {prefix}_QIO_<version>.bin.", prefix=prefix)


def _check_key(identity: Identity, image: ImageFacts) -> PreflightCheck:
    device = identity.key.key_class
    open_cases = {KeyClass.UNKNOWN, KeyClass.HIDDEN}
    if device in open_cases or image.key is KeyClass.UNKNOWN or device is image.key:
        return _passed("key", _("The code key of the image does not speak against this chip."))
    return PreflightCheck(
        name="key",
        verdict=PreflightOutcome.NEEDS_PERMISSION,
        permission=Permission.KEY_MISMATCH,
        text=_(
            "The image is encrypted for the key class {image}, but the chip has {device}: "
            "it would not start.",
            image=image.key.value,
            device=device.value,
        ),
        remedy=_asset_hint(identity),
    )


def _check_fit(identity: Identity, image: ImageFacts) -> PreflightCheck:
    if image.end > identity.flash.size:
        return PreflightCheck(
            name="image-size",
            verdict=PreflightOutcome.REFUSE,
            text=_(
                "{name} ends at {end}, behind the end of the flash at {size}.",
                name=image.name,
                end=f"0x{image.end:06X}",
                size=f"0x{identity.flash.size:06X}",
            ),
            remedy=_("Use an image or backup for a flash of this size."),
        )
    if image.problems:
        return PreflightCheck(
            name="image-checks",
            verdict=PreflightOutcome.REFUSE,
            text=_("{name} is damaged: {text}", name=image.name, text="; ".join(image.problems)),
            remedy=_("Download the image again."),
        )
    return _passed("image-size", _("The image fits into the flash."))


def _passed(name: str, text: str) -> PreflightCheck:
    return PreflightCheck(name=name, verdict=PreflightOutcome.PASS, text=text)


def _name(identity: Identity) -> str:
    return identity.chip.name
