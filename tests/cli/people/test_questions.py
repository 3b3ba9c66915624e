"""Questions at a terminal: what was typed before does not answer, and every one can be left."""

from __future__ import annotations

import os
import select
import sys
import threading

import pytest

from plugsmith.cli import questions
from plugsmith.errors import Cancelled
from plugsmith.events import Ask, AskKind, CancelToken

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")


class Desk:
    """A terminal with somebody who types `answers`, each when a question stands there."""

    def __init__(self, *answers: bytes) -> None:
        import pty

        self.master, self._slave = pty.openpty()
        self.stdin = os.fdopen(self._slave, "r", closefd=False)
        self.cancel = CancelToken()
        self.interactive = True
        self.told = ""
        self._answers = list(answers)

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """stderr: a question was printed, so the next answer is typed."""
        self.told += text
        if text.strip() and self._answers:
            typed = self._answers.pop(0)
            threading.Thread(target=os.write, args=(self.master, typed), daemon=True).start()
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._slave

    def say(self, text: str) -> None:
        self.told += text + "\n"

    def close(self) -> None:
        """No bars."""

    def type_ahead(self, typed: bytes) -> None:
        """Typed and arrived: a whole line can be read, a part of one is only echoed."""
        os.write(self.master, typed)
        arrived = self._slave if typed.endswith(b"\n") else self.master
        assert select.select([arrived], [], [], 30)[0]


@pytest.fixture
def desk(monkeypatch):
    made: list[Desk] = []

    def make(*answers: bytes, ahead: bytes = b"") -> Desk:
        desk = Desk(*answers)
        monkeypatch.setattr(sys, "stdin", desk.stdin)
        monkeypatch.setattr(sys, "stderr", desk)
        if ahead:
            desk.type_ahead(ahead)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.stdin.close()
        os.close(desk.master)
        os.close(desk._slave)


@pytest.mark.parametrize("ahead", [b"y\n", b"y\ny\nyes\n", b"\ny\n", b"y"])
def test_a_yes_that_was_typed_before_the_question_is_no_yes(desk, ahead):
    session = desk(b"\n", ahead=ahead)
    assert questions.ask_yes(session, "Erase it?") is False


def test_a_yes_to_the_question_is_one(desk):
    assert questions.ask_yes(desk(b"yes\n"), "Erase it?") is True


@pytest.mark.parametrize("kind", [AskKind.CONFIRM, AskKind.CHOICE, AskKind.TEXT, AskKind.FILE])
@pytest.mark.parametrize("typed", [b"q\n", b"Q\n", b"quit\n", b"\x04"])
def test_q_and_the_end_of_input_leave_every_question(desk, kind, typed):
    session = desk(typed)
    ask = Ask(id="1", form=kind, question="What now?", choices=("this", "that"))
    with pytest.raises(Cancelled):
        questions.answer(session, ask)


@pytest.mark.parametrize("kind", list(AskKind))
def test_ctrl_c_leaves_every_question_also_the_one_for_a_password(desk, kind):
    session = desk()
    session.cancel.cancel()
    ask = Ask(id="1", form=kind, question="What now?", choices=("this", "that"))
    with pytest.raises(Cancelled):
        questions.answer(session, ask)


def test_a_password_is_not_shown_and_may_be_a_q(desk):
    import termios

    session = desk(b"q\n")
    ask = Ask(id="1", form=AskKind.SECRET, question="Password:")
    assert questions.answer(session, ask) == "q"
    assert termios.tcgetattr(session.stdin.fileno())[3] & termios.ECHO
    ready = select.select([session.master], [], [], 0)[0]
    echoed = os.read(session.master, 1024) if ready else b""
    assert b"q" not in echoed


def test_no_pin_is_driven_on_an_answer_that_was_typed_before(desk, tmp_path, monkeypatch):
    from lan_in_process import lan

    from plugsmith.api.session import Session
    from plugsmith.flows.device.examiner import SessionExaminer
    from plugsmith.flows.device.pins import examine
    from plugsmith.lan.pin_doctor import PinDoctor

    driven = []
    pulse = PinDoctor.pulse

    async def noted(self, gpio, **more):
        driven.append(gpio)
        await pulse(self, gpio, **more)

    monkeypatch.setattr(PinDoctor, "pulse", noted)
    session = desk(b"\n", b"q\n", ahead=b"\n" * 30)
    asking = Session(answer=lambda ask: questions.answer(session, ask), cancel=session.cancel)
    with lan(tmp_path) as net, pytest.raises(Cancelled):
        examine(net.ctx, net.hosts[0], SessionExaminer(asking), only=(26, 6))
    assert "Now P" in session.told
    assert driven == []
