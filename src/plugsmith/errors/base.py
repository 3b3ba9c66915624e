"""The root of the error tree, the exit codes, and how an error is shown and serialised."""

from __future__ import annotations

from enum import IntEnum
from importlib import import_module
from pkgutil import walk_packages
from typing import ClassVar, TypeAlias

from plugsmith.messages import N_, _

Fact: TypeAlias = "str | int | float | bool | list[Fact] | dict[str, Fact] | None"


class ExitCode(IntEnum):
    """Process exit codes, fixed by the command-line contract; never reused."""

    DONE = 0
    DEFECT = 1
    USAGE = 2
    PORT = 3
    NO_LINK = 4
    REFUSED = 5
    TRANSFER = 6
    VERIFY = 7
    NOTHING_FOUND = 8
    BAD_INPUT = 9
    NETWORK = 10
    INTERRUPTED = 130


class PlugsmithError(Exception):
    """An expected failure: stable `code`, what happened, why, and the user's next step.

    Subclasses set the class variables; the texts are templates over the keyword `facts` and are
    formatted late, so that they can be translated. `facts` are for code; what leaves the program
    is made of `told`, in which whatever looks like a secret or is a known one is masked.
    """

    code: ClassVar[str] = "PS-ERROR"
    exit_code: ClassVar[ExitCode] = ExitCode.DEFECT
    what: ClassVar[str] = N_("Something went wrong.")
    why: ClassVar[str] = ""
    next_step: ClassVar[str] = ""
    advice: str = ""  # a better next step, where somebody knows more than the class

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code)
        self.facts: dict[str, Fact] = facts

    @property
    def told(self) -> dict[str, Fact]:
        """The facts as they may be shown: the `data` of the JSON error object."""
        from plugsmith.secrets import redact_fact  # noqa: PLC0415 - a start without an error does not pay for it

        return {name: redact_fact(fact) for name, fact in self.facts.items()}

    def _fill(self, template: str) -> str:
        """Fill `template`; facts that are themselves words of the catalogue are translated too."""
        if not template:
            return ""
        from plugsmith.secrets import KNOWN  # noqa: PLC0415 - a start without an error does not pay for it

        shown = {
            name: _(fact) if isinstance(fact, str) and fact else fact
            for name, fact in self.told.items()
        }
        return KNOWN.mask(_(template, **shown))

    @property
    def message(self) -> str:
        """What happened and why, in the user's language."""
        return " ".join(part for part in (self._fill(self.what), self._fill(self.why)) if part)

    @property
    def hint(self) -> str:
        """The next step for the user."""
        return self.advice or self._fill(self.next_step)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class UsageError(PlugsmithError):
    """The command line asks for something that cannot be meant."""

    code = "PS-USAGE"
    exit_code = ExitCode.USAGE
    what = N_("The command cannot be carried out as written: {problem}")
    next_step = N_("Run the command with --help to see what it accepts.")


class Cancelled(PlugsmithError):
    """The user (Ctrl-C) or the caller stopped the work."""

    code = "PS-CANCELLED"
    exit_code = ExitCode.INTERRUPTED
    what = N_("Stopped at your request.")
    why = N_("{state}")
    next_step = N_("{resume}")

    def __init__(self, *, state: str = "", resume: str = "", **facts: Fact) -> None:
        super().__init__(state=state, resume=resume, **facts)


class Defect(PlugsmithError):
    """A bug in Plugsmith. Raised only at the outermost layer around an unexpected exception."""

    code = "PS-DEFECT"
    exit_code = ExitCode.DEFECT
    what = N_("Plugsmith has a defect: {kind} in {where}.")
    why = N_("Nothing that you did is wrong.")
    next_step = N_(
        "Please report it: run the command once more as `plugsmith support VERB ...` and attach "
        "the file that this writes. PLUGSMITH_DEBUG=1 shows the full technical trace."
    )


def concrete_errors() -> list[type[PlugsmithError]]:
    """Every error class of the tree that has a code of its own, sorted by code; loads all of it."""
    tree = import_module("plugsmith.errors")
    for module in walk_packages(tree.__path__, f"{tree.__name__}."):
        import_module(module.name)
    found: dict[str, type[PlugsmithError]] = {}
    stack: list[type[PlugsmithError]] = [PlugsmithError]
    while stack:
        for cls in stack.pop().__subclasses__():
            stack.append(cls)
            if "code" in vars(cls) and cls.__module__.startswith(f"{tree.__name__}."):
                found[cls.code] = cls
    return [found[code] for code in sorted(found)]
