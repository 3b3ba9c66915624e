"""One run of a verb from outside: who listens, who answers, whose library, what time it is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from plugsmith.errors.safety import ConsentMissing
from plugsmith.events import Ask, AskKind, CancelToken, EventLog, Log, Warning_
from plugsmith.messages import _
from plugsmith.secrets import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from plugsmith.boot.alive import Keeper
    from plugsmith.clock import Clock
    from plugsmith.errors import Fact
    from plugsmith.events import Event, EventSink
    from plugsmith.library.library import Library
    from plugsmith.records import Record
    from plugsmith.sim.obk.device import SimObk

    Answer = str | bool | None  # None: nobody wants to say
    Answerer = Callable[[Ask], Answer]


class Session:
    """What a verb gets besides its request.

    `sink` takes the events. `answer` is given every question and returns a bool for `confirm`, one
    of the choices for `choice`, else text; without it a step that needs an answer is refused
    (ConsentMissing). `assume_yes` agrees to every `confirm` unasked. `clock` replaces the real time
    and `library` the user's own. `again` is the command that starts this run once more. `secrets`
    are passwords that a face was given already: wifi_password, mqtt_password, device_password.
    `keeper` keeps a chip awake between requests; by default a thread does. `hands_over`: a library
    alone is no safe place (a browser), so the user must have the backup before anything changes.
    """

    def __init__(
        self,
        *,
        sink: EventSink | None = None,
        answer: Answerer | None = None,
        assume_yes: bool = False,
        cancel: CancelToken | None = None,
        clock: Clock | None = None,
        library: Library | None = None,
        again: str = "",
        secrets: Mapping[str, str] | None = None,
        keeper: Keeper | None = None,
        hands_over: bool = False,
    ) -> None:
        self.sink: EventSink = sink if sink is not None else EventLog()
        self.answer = answer
        self.assume_yes = assume_yes
        self.cancel = cancel if cancel is not None else CancelToken()
        self.clock = clock
        self.again = again
        self.keeper = keeper
        self._hands_over = hands_over
        self.secrets = dict(secrets or {})
        KNOWN.note(*self.secrets.values())
        self._library = library
        # watches a simulated plug and takes orders for it; returns what is called now and then
        self.onlooker: Callable[[SimObk], Callable[[], None]] | None = None
        # gives a line that somebody typed for a device, None while there is none
        self.typed: Callable[[], str | None] | None = None
        # defaults for the settings of a device that is newly set up, from the user's own file
        self.setting_defaults: Mapping[str, Fact] = {}
        # a command line as the verb and request that it means; None where there is none
        self.parse: Callable[[Sequence[str]], tuple[Any, Record]] | None = None
        self._asked = 0
        self._lock = threading.Lock()

    @property
    def interactive(self) -> bool:
        """Whether there is somebody who can be asked."""
        return self.answer is not None

    @property
    def library(self) -> Library:
        """The user's library, opened when the first verb wants it."""
        if self._library is None:
            from plugsmith.library.library import Library

            self._library = Library()
        return self._library

    def tell_set_aside(self) -> None:
        """Warn of files in the library that could not be read, each once in a session."""
        aside = getattr(self._library, "aside", None)
        for path, problem in aside.untold() if aside is not None else ():
            self.sink.emit(
                Warning_(
                    code="PS-NOTE-SET-ASIDE",
                    message=_("{file} was left out: {problem}", file=path, problem=problem),
                    hint=_("Move it out of your library, or put back what belongs there."),
                    data={"file": str(path)},
                )
            )

    def announce(self, event: Event) -> None:
        """Tell that a service can be used now; programs wait for this event."""
        self.cancel.watched = True  # who reads this may stop the service at once
        self.sink.emit(event)

    def say(self, text: str) -> None:
        """A remark for people."""
        self.sink.emit(Log(message=text))

    def confirm(self, question: str, *, step: str) -> None:
        """Return if the user agrees; raise ConsentMissing otherwise. `step` says what was asked."""
        if self.assume_yes:
            return
        if self._ask(AskKind.CONFIRM, question, step=step) is not True:
            raise ConsentMissing(step=step)

    def hand_over(self, backup: Path) -> None:
        """Return when the user has the file of a backup; ConsentMissing otherwise."""
        if not self._hands_over:
            return
        question = _(
            "The backup {file} has been handed to you as a file. Have you got it, in a place that "
            "lasts? What is kept in this browser goes when its site data are cleared.",
            file=backup.name,
        )
        step = _("keeping the backup")
        if self._ask(AskKind.CONFIRM, question, step=step, file=str(backup)) is not True:
            raise ConsentMissing(step=step)

    def choose(self, question: str, choices: Sequence[str], *, step: str) -> int:
        """The place of the chosen one among `choices`."""
        answer = self._ask(AskKind.CHOICE, question, step=step, choices=choices)
        if answer not in choices:
            raise ConsentMissing(step=step)
        return choices.index(str(answer))

    def text(
        self,
        question: str,
        *,
        step: str,
        kind: AskKind = AskKind.TEXT,
        words: Sequence[str] = (),
    ) -> str:
        """A line, the path of a file (`AskKind.FILE`), or a secret that no face shows.

        `words`: the line is made of any number of these; only `""`: any line will do.
        """
        answer = self._ask(kind, question, step=step, choices=words)
        if not isinstance(answer, str):
            raise ConsentMissing(step=step)
        if kind is AskKind.SECRET:
            KNOWN.note(answer)
        return answer

    def _ask(
        self,
        kind: AskKind,
        question: str,
        *,
        step: str,
        choices: Sequence[str] = (),
        file: str | None = None,
    ) -> Answer:
        if self.answer is None or not self.interactive:
            raise ConsentMissing(step=step)
        with self._lock:
            self._asked += 1
            number = self._asked
        ask = Ask(
            id=f"ask-{number}",
            form=kind,
            question=question,
            choices=tuple(choices) or None,
            file=file,
        )
        self.sink.emit(ask)
        answer = self.answer(ask)
        self.cancel.check()
        return answer
