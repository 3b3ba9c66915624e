"""Sessions: questions are events, answers are typed, and silence is no consent."""

from __future__ import annotations

import pytest
from dump_rig import forged

import plugsmith
from plugsmith.errors import Cancelled
from plugsmith.errors.safety import ConsentMissing
from plugsmith.events import AskKind, EventLog


class Face:
    """A face that answers from a list and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.log = EventLog()
        self.session = plugsmith.Session(sink=self.log, answer=self)

    def __call__(self, ask):
        self.asked.append(ask)
        return self.answers.pop(0)


def test_a_question_is_an_event_and_its_answer_decides():
    face = Face(True, False)
    face.session.confirm("Erase it?", step="erasing")
    [line] = [event.as_json() for event in face.log]
    assert line == {
        "schema": "plugsmith/1",
        "type": "ask",
        "id": "ask-1",
        "kind": "confirm",
        "question": "Erase it?",
    }
    with pytest.raises(ConsentMissing):
        face.session.confirm("Sure?", step="erasing")
    assert [ask.id for ask in face.asked] == ["ask-1", "ask-2"]


@pytest.mark.parametrize("answer", [None, "yes", 1])
def test_only_true_is_a_yes(answer):
    with pytest.raises(ConsentMissing):
        Face(answer).session.confirm("Erase it?", step="erasing")


def test_a_choice_is_one_of_the_choices():
    face = Face("b", "z")
    assert face.session.choose("Which?", ["a", "b"], step="choosing") == 1
    assert face.asked[0].choices == ("a", "b")
    with pytest.raises(ConsentMissing):
        face.session.choose("Which?", ["a", "b"], step="choosing")


def test_texts_secrets_and_files():
    face = Face("word", "hidden", None)
    assert face.session.text("Word?", step="typing") == "word"
    assert face.session.text("Password?", step="typing", kind=AskKind.SECRET) == "hidden"
    assert "hidden" not in str([event.as_json() for event in face.log])
    with pytest.raises(ConsentMissing):
        face.session.text("File?", step="typing", kind=AskKind.FILE)
    assert [ask.form.value for ask in face.asked] == ["text", "secret", "file"]


def test_without_a_face_nothing_is_asked_and_nothing_is_allowed():
    log = EventLog()
    session = plugsmith.Session(sink=log)
    with pytest.raises(ConsentMissing):
        session.confirm("Erase it?", step="erasing")
    assert list(log) == []
    plugsmith.Session(assume_yes=True).confirm("Erase it?", step="erasing")


def test_a_cancel_while_the_question_stands_counts():
    face = Face(True)
    face.session.cancel.cancel()
    with pytest.raises(Cancelled):
        face.session.confirm("Erase it?", step="erasing")


def test_a_program_calls_a_verb(tmp_path):
    path = tmp_path / "plug.bin"
    path.write_bytes(forged().data)
    verb = plugsmith.verb("dump info")
    result = verb.run(plugsmith.Session(), verb.request_type(file=str(path)))
    assert result.chip == "BK7231T"
    assert result.as_data()["layout"]["complete"] is True
    assert result.exit_status == 0
