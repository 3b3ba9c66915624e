"""The list of checks before a write, in their order: a check is added here and nowhere else.

Every verb that writes asks all of them: those of `Stage.LINKED` as soon as the chip is known,
before any long work; those of `Stage.SECURED` when the device's content is proven; those of
`Stage.PLANNED` when it is known what each byte will be. Each of them can fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.flows.wire.boot_check import check_start
from plugsmith.flows.write.checks import device_checks, image_checks
from plugsmith.flows.write.checks.preflight import allowed_anyway, doubts, require

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.write.checks.preflight import PreflightCheck, PreflightSubject

    Judge = Callable[[PreflightSubject], PreflightCheck | None]


class Stage(StrEnum):
    """When a check is asked."""

    LINKED = "linked"
    SECURED = "secured"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCheck:
    """A check by its name; `judge` answers None where its question does not arise."""

    name: str
    stage: Stage
    judge: Judge


def _listed(name: str, judge: Judge, stage: Stage = Stage.LINKED) -> ListedCheck:
    return ListedCheck(name=name, stage=stage, judge=judge)


CHECKLIST: tuple[ListedCheck, ...] = (
    _listed("chip", device_checks.check_support),
    _listed("flash-part", device_checks.check_part),
    _listed("flash-size", device_checks.check_size),
    _listed("image-kind", image_checks.check_kind),
    _listed("image-chip", image_checks.check_chip),
    _listed("key", image_checks.check_key),
    _listed("image-size", image_checks.check_fit),
    _listed("image-whole", image_checks.check_problems),
    _listed("image-crc16", image_checks.check_crc16),
    _listed("image-vectors", image_checks.check_vectors),
    _listed("image-header", image_checks.check_header),
    _listed("boot-loader", image_checks.check_loader),
    _listed("backup", device_checks.check_backup, Stage.SECURED),
    _listed("module", device_checks.check_module, Stage.SECURED),
    _listed("boot-check", check_start, Stage.PLANNED),
)


def judged(subject: PreflightSubject, stage: Stage) -> list[PreflightCheck]:
    """The answers of the checks of one stage, in the order of the list."""
    answers = [item.judge(subject) for item in CHECKLIST if item.stage is stage]
    return [answer for answer in answers if answer is not None]


def preflight(ctx: FlowContext, subject: PreflightSubject, stage: Stage) -> list[PreflightCheck]:
    """The same, told: doubts and what only a permission opens; PreflightRefused for the rest."""
    checks = judged(subject, stage)
    require(checks, ctx.permissions)
    for check in allowed_anyway(checks, ctx.permissions):
        ctx.warn("PS-NOTE-ALLOWED", check.text, data={"check": check.name})
    for check in doubts(checks):
        ctx.warn("PS-NOTE-DOUBT", check.text, hint=check.remedy, data={"check": check.name})
    return checks
