"""OpenBeken's startup command as a list of single commands: reading, printing, length limits."""

from __future__ import annotations

from dataclasses import dataclass

PART_LIMIT = 127  # of one part of a backlog (section 4)
_BACKLOG = "backlog"
_FORBIDDEN = ('"', ";", "\r", "\n", "\x00")


@dataclass(frozen=True, slots=True)
class ScriptCommand:
    """One command: a name and what follows it, both free of `;`, quotes and line breaks."""

    name: str
    arguments: str = ""

    def __post_init__(self) -> None:
        text = self.name + self.arguments
        if not self.name or " " in self.name or any(mark in text for mark in _FORBIDDEN):
            raise ValueError(f"not one command: {text!r}")

    def __str__(self) -> str:
        return f"{self.name} {self.arguments}" if self.arguments else self.name

    @property
    def key(self) -> str:
        """The name as the firmware compares it."""
        return self.name.lower()

    @property
    def words(self) -> list[str]:
        """The arguments, split at blanks."""
        return self.arguments.split()


@dataclass(frozen=True, slots=True)
class Script:
    """Commands in the order in which the firmware runs them at start."""

    commands: tuple[ScriptCommand, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.commands)

    def __str__(self) -> str:
        return print_startup(self)

    def named(self, name: str) -> list[ScriptCommand]:
        """All commands called `name`, in any case."""
        return [item for item in self.commands if item.key == name.lower()]

    def starts_driver(self, driver: str) -> bool:
        """Whether a `startDriver` names `driver`."""
        wanted = driver.lower()
        return any(item.words[:1] and item.words[0].lower() == wanted for item in self._starts())

    def _starts(self) -> list[ScriptCommand]:
        return self.named("startDriver")


def command(name: str, *arguments: object) -> ScriptCommand:
    """A command with its arguments joined by blanks."""
    return ScriptCommand(name, " ".join(str(item) for item in arguments))


def print_startup(script: Script) -> str:
    """The text for the startup command field: `backlog a; b`, or the only command."""
    parts = [str(item) for item in script.commands]
    if len(parts) < 2:
        return parts[0] if parts else ""
    return f"{_BACKLOG} {'; '.join(parts)}"


def read_startup(text: str) -> Script:
    """The commands in a startup text; tolerant: quotes are dropped, empty parts skipped.

    The firmware's backlog splits at every `;` whatever the quotes say, so this does too.
    """
    body = text.strip()
    head, _, rest = body.partition(" ")
    if head.lower() == _BACKLOG:
        body = rest
    found: list[ScriptCommand] = []
    for line in body.replace("\r", "\n").replace("\n", ";").split(";"):
        clean = "".join(mark for mark in line if mark not in _FORBIDDEN).strip()
        if not clean or clean.startswith("//"):
            continue
        name, _, arguments = clean.partition(" ")
        found.append(ScriptCommand(name, " ".join(arguments.split())))
    return Script(tuple(found))


def long_parts(script: Script) -> list[ScriptCommand]:
    """Commands too long for one part of a backlog."""
    return [item for item in script.commands if len(str(item)) > PART_LIMIT]
