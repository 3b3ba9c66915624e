"""The checks on the code of a file, each with a verdict, and sentences for what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.model import KeyClass
from plugsmith.image.model import CheckVerdict, FindingLevel, ImageFinding
from plugsmith.image.physical import STORED_LEN
from plugsmith.memory import format_addr
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.image.model import AppFacts, CodeSection, LoaderFacts

_PARTS = {"bootloader": N_("boot loader"), "app": N_("application")}


class CheckList:
    """Verdicts and findings, collected in the order of checking."""

    def __init__(self) -> None:
        self.verdicts: dict[str, CheckVerdict] = {}
        self.findings: list[ImageFinding] = []

    def record(self, name: str, verdict: CheckVerdict) -> None:
        """Keep the verdict of a check; a failure stays a failure when the check runs again."""
        if self.verdicts.get(name) is not CheckVerdict.FAILED:
            self.verdicts[name] = verdict

    def problem(self, code: str, text: str, *, at: int | None = None) -> None:
        """Add a finding that speaks against writing the file."""
        self.findings.append(ImageFinding(code=code, level=FindingLevel.PROBLEM, text=text, at=at))

    def note(self, code: str, text: str, *, at: int | None = None) -> None:
        """Add a finding that is only worth knowing."""
        self.findings.append(ImageFinding(code=code, level=FindingLevel.NOTE, text=text, at=at))


def check_section(checks: CheckList, section: CodeSection) -> None:
    """Run the checks `crc16`, `header` and `vectors` (with a prefix for a boot loader)."""
    prefix = "" if section.name == "app" else "loader-"
    part = _(_PARTS[section.name])
    _check_lines(checks, section, name=f"{prefix}crc16", part=part)
    _check_header(checks, section, name=f"{prefix}header", part=part)
    _check_vectors(checks, section, name=f"{prefix}vectors", part=part)
    if section.stray:
        checks.note(
            "stray-bytes",
            _(
                "Behind the code of the {part} lie bytes that are not blank, first at {at}. No "
                "checksum covers them: rests of an older firmware, or a bit error.",
                part=part,
                at=format_addr(section.stray[0]),
            ),
            at=section.stray[0],
        )


def _check_lines(checks: CheckList, section: CodeSection, *, name: str, part: str) -> None:
    bad = list(section.bad)
    if section.trailer is not None and not section.trailer.lines_ok:
        bad.append(section.trailer.at)
    if section.erased:
        checks.problem(
            "erased-gap",
            _(
                "The {part} has an erased gap amid its code: {count} bytes from {at} on.",
                part=part,
                count=len(section.erased) * STORED_LEN,
                at=format_addr(section.erased[0]),
            ),
            at=section.erased[0],
        )
    if bad:
        checks.problem(
            "crc16",
            _(
                "{bad} of {lines} lines of the {part} fail their CRC16, the first at {at}: "
                "the file is damaged.",
                bad=len(bad),
                lines=section.lines + (3 if section.trailer else 0),
                part=part,
                at=format_addr(bad[0]),
            ),
            at=bad[0],
        )
    if not section.lines:
        checks.problem("no-code", _("There is no code in the {part}.", part=part), at=section.start)
    failed = bad or section.erased or not section.lines
    checks.record(name, CheckVerdict.FAILED if failed else CheckVerdict.OK)


def _check_header(checks: CheckList, section: CodeSection, *, name: str, part: str) -> None:
    trailer = section.trailer
    if trailer is None:
        checks.record(name, CheckVerdict.MISSING)
        return
    if not trailer.header.sound:
        checks.record(name, CheckVerdict.FAILED)
        checks.problem(
            "header-crc",
            _(
                "The header of the {part} at {at} fails its own checksum.",
                part=part,
                at=format_addr(trailer.at),
            ),
            at=trailer.at,
        )
        return
    if section.body_ok is not True:
        checks.record(name, CheckVerdict.FAILED)
        checks.problem(
            "body",
            _(
                "The {part} is not what its header at {at} describes ({size} bytes): "
                "it is cut off, altered or mixed with another version.",
                part=part,
                at=format_addr(trailer.at),
                size=trailer.header.raw_size,
            ),
            at=trailer.at,
        )
        return
    checks.record(name, CheckVerdict.OK)


def _check_vectors(checks: CheckList, section: CodeSection, *, name: str, part: str) -> None:
    if section.key_class is KeyClass.UNKNOWN:
        checks.record(name, CheckVerdict.FAILED)
        checks.problem(
            "vectors",
            _(
                "The {part} does not start with the vector table that every firmware of these "
                "chips has, neither plain nor with the Tuya key.",
                part=part,
            ),
            at=section.start,
        )
    elif not section.vectors_ok:
        checks.record(name, CheckVerdict.FAILED)
        checks.problem(
            "vectors",
            _("The vector table at the start of the {part} is damaged.", part=part),
            at=section.start,
        )
    else:
        checks.record(name, CheckVerdict.OK)


def check_match(checks: CheckList, loader: LoaderFacts, app: AppFacts) -> None:
    """Check that boot loader and application are for one chip and one key."""
    if loader.chips and app.chips and not set(loader.chips) & set(app.chips):
        checks.record("match", CheckVerdict.FAILED)
        checks.problem(
            "chip-conflict",
            _(
                "The boot loader is for {loader}, but the application is for {app}: "
                "together they cannot start.",
                loader=" / ".join(loader.chips),
                app=" / ".join(app.chips),
            ),
            at=app.section.start,
        )
        return
    keys = {loader.section.key_class, app.section.key_class}
    if len(keys) > 1 and KeyClass.UNKNOWN not in keys:
        checks.record("match", CheckVerdict.FAILED)
        checks.problem(
            "key-conflict",
            _(
                "Boot loader and application are not scrambled with the same key "
                "({loader}, {app}): together they cannot start.",
                loader=loader.section.key_class.value,
                app=app.section.key_class.value,
            ),
            at=app.section.start,
        )
        return
    checks.record("match", CheckVerdict.OK if loader.chips and app.chips else CheckVerdict.SKIPPED)
