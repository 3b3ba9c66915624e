"""What a check before a write is: its question, its answer with a sentence, and what follows.

The checks themselves, in their order, are the list in checklist.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.errors.flows import PreflightRefused
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.boot.identity import Identity
    from plugsmith.chips.model import KeyClass
    from plugsmith.errors import Fact
    from plugsmith.events import EventSink
    from plugsmith.flows.permissions import Permission, Permissions
    from plugsmith.flows.write.source import ImageSource


class PreflightOutcome(StrEnum):
    """The outcome of one check; a doubt is told and does not stop the work."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    DOUBT = "doubt"
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
        if self.verdict in {PreflightOutcome.PASS, PreflightOutcome.DOUBT}:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightSubject:
    """What the checks look at; what a verb does not have is None, and its question not asked.

    `facts` replaces what the file says of itself (a backup's manifest knows more), `remedy` what a
    refusal of the file advises. `now` is the proven content of the device, `held` what it will
    hold; `backup` is the name of the proven backup. `sets_pins`: firmware or settings are written.
    """

    identity: Identity
    source: ImageSource | None = None
    facts: ImageFacts | None = None
    remedy: str = ""
    backup: str | None = None
    dry_run: bool = False
    sets_pins: bool = False
    now: bytes | None = field(default=None, repr=False)
    held: bytes | None = field(default=None, repr=False)
    boot_check: bool = False
    sink: EventSink | None = None

    @property
    def image(self) -> ImageFacts | None:
        """What the file is, or None for a verb without one."""
        if self.facts is not None:
            return self.facts
        return self.source.facts if self.source is not None else None


def passed(name: str, text: str) -> PreflightCheck:
    """A check that is in order."""
    return PreflightCheck(name=name, verdict=PreflightOutcome.PASS, text=text)


def refused(name: str, text: str, remedy: str) -> PreflightCheck:
    """A check that no permission opens."""
    return PreflightCheck(name=name, verdict=PreflightOutcome.REFUSE, text=text, remedy=remedy)


def needs(name: str, permission: Permission, text: str, remedy: str) -> PreflightCheck:
    """A check that `permission` opens."""
    return PreflightCheck(
        name=name,
        verdict=PreflightOutcome.NEEDS_PERMISSION,
        permission=permission,
        text=text,
        remedy=remedy,
    )


def doubtful(name: str, text: str, remedy: str = "") -> PreflightCheck:
    """A check that found a contradiction which does not stop the work."""
    return PreflightCheck(name=name, verdict=PreflightOutcome.DOUBT, text=text, remedy=remedy)


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
        check for check in checks if check.permission is not None and check.settled(permissions)
    ]


def doubts(checks: Iterable[PreflightCheck]) -> list[PreflightCheck]:
    """The checks whose doubt the user is told about."""
    return [check for check in checks if check.verdict is PreflightOutcome.DOUBT]
