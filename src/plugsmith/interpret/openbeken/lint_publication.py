"""What a template still lacks before a public list takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.rules import RuleFinding, RuleLevel
from plugsmith.messages import _
from plugsmith.openbeken.list_schema import schema_problems
from plugsmith.openbeken.template import write_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.openbeken.template import Template

_HELPFUL = ("model", "board")


def publication_findings(template: Template) -> Iterator[RuleFinding]:
    """Errors for what the list's rules demand, notes for what makes an entry useful."""
    body = write_template(template)
    for name, problem in schema_problems(body):
        yield RuleFinding(
            rule="link-missing" if name in {"image", "wiki"} else "list-rule",
            level=RuleLevel.ERROR,
            pin=None,
            text=problem,
            fix=_fix(name),
        )
    for name in _HELPFUL:
        if not body.get(name):
            yield RuleFinding(
                rule="field-helpful",
                level=RuleLevel.INFO,
                pin=None,
                text=_("The field {name} is empty.", name=name),
                fix=_("Others find the device by it: add it if you know it."),
            )


def _fix(name: str) -> str:
    if name == "image":
        return _("Upload a picture of the device and give its address with --image.")
    if name == "wiki":
        return _("Give the address of an article or a thread about the device with --wiki.")
    return _("Correct the field {name}.", name=name)
