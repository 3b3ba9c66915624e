"""docs/error-codes.md from the error tree."""

from __future__ import annotations

import importlib
import pkgutil

import plugsmith.errors
from pages.markdown import NOTICE
from plugsmith.errors import ExitCode, PlugsmithError, concrete_errors

EXIT_MEANING = {
    ExitCode.DONE: "done, and verified where there was something to verify",
    ExitCode.DEFECT: "a defect of Plugsmith",
    ExitCode.USAGE: "the command cannot be carried out as written",
    ExitCode.PORT: "the serial port: missing, busy, no permission, vanished",
    ExitCode.NO_LINK: "no link with the chip",
    ExitCode.REFUSED: "refused for safety",
    ExitCode.TRANSFER: "the transfer failed after all retries",
    ExitCode.VERIFY: "verification failed, or the device was seen not to boot",
    ExitCode.NOTHING_FOUND: "understood, but what was asked for is not in it",
    ExitCode.BAD_INPUT: "the input file is not what it must be",
    ExitCode.NETWORK: "a network device did not answer or refused",
    ExitCode.INTERRUPTED: "interrupted",
}


_INTRO = """Every failure has a stable code, an exit code and a next step. Words in braces are
filled in when the error is shown; with `--json` they are also in `data`.
"""


def load_all_errors() -> list[type[PlugsmithError]]:
    """Every error class with a code; imports all modules of the tree first."""
    for module in pkgutil.iter_modules(plugsmith.errors.__path__, "plugsmith.errors."):
        importlib.import_module(module.name)
    return [cls for cls in concrete_errors() if cls.__module__.startswith("plugsmith.errors.")]


def page() -> str:
    """The whole page."""
    parts = [
        NOTICE,
        "# Error codes\n",
        _INTRO,
        "## Exit codes\n",
        *(f"- **{int(item)}**: {text}" for item, text in EXIT_MEANING.items()),
        "\n## Codes\n",
    ]
    parts += [_entry(cls) for cls in load_all_errors()]
    return "\n".join(parts)


def _entry(cls: type[PlugsmithError]) -> str:
    cause = cls.why if _says_something(cls.why) else _first_line(cls.__doc__)
    lines = [
        f"### {cls.code}\n",
        f"- Exit code: {int(cls.exit_code)}",
        f"- What you see: {cls.what}",
        f"- Cause: {cause}",
        f"- Remedy: {_remedy(cls)}",
    ]
    return "\n".join(lines) + "\n"


def _remedy(cls: type[PlugsmithError]) -> str:
    if _says_something(cls.next_step):
        return cls.next_step
    return "the message names the exact command or step for your case."


def _says_something(template: str) -> bool:
    """Whether a template is more than one field to be filled in."""
    return bool(template) and not (template.startswith("{") and template.endswith("}"))


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if text else ""
