"""Who looks at a device and answers, by way of the questions of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from plugsmith.flows.device.pins import LAMPS
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Asker(Protocol):
    """The part of a session that asks."""

    def choose(self, question: str, choices: Sequence[str], *, step: str) -> int:
        """The place of the chosen one."""

    def text(self, question: str, *, step: str, words: Sequence[str] = ()) -> str:
        """A line."""


class SessionExaminer:
    """Asks the person behind a session; whoever does not answer ends the examination."""

    def __init__(self, session: Asker) -> None:
        self._session = session
        self._step = _("somebody must watch the device and answer")

    def ready(self, text: str) -> None:
        """Say what comes next and wait for any answer."""
        self._session.text(text, step=self._step, words=("",))

    def choose(self, question: str, choices: Mapping[str, str]) -> str:
        """The key of the chosen answer."""
        keys = list(choices)
        return keys[self._session.choose(question, list(choices.values()), step=self._step)]

    def lamps(self, question: str) -> set[str]:
        """The names of the lights that are on, out of LAMPS."""
        while True:
            typed = self._session.text(question, step=self._step, words=LAMPS)
            names = set(typed.lower().replace(",", " ").split())
            if names <= set(LAMPS):
                return names
