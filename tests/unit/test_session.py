"""Every outcome of a verb becomes one exit code and, with --json, exactly one last line."""

from __future__ import annotations

import json
import signal
from types import SimpleNamespace

import pytest
import typer

from plugsmith.cli.app import main
from plugsmith.cli.session import Session, run_verb
from plugsmith.errors import ExitCode, Fact, UsageError
from plugsmith.errors.safety import ConsentMissing
from plugsmith.events import Log, Warning_
from plugsmith.records import Result, record, spread


@record
class Probed(Result):
    facts: dict[str, Fact] = spread()


def outcome(body, *, as_json: bool = True, assume_yes: bool = False, render=str) -> int:
    probe = SimpleNamespace(
        name="probe", needs=(), run=lambda session, _request: Probed(facts=body(session))
    )
    with pytest.raises(typer.Exit) as stop:
        run_verb(
            probe,
            None,
            words=lambda found: render(found.facts),
            as_json=as_json,
            assume_yes=assume_yes,
        )
    return stop.value.exit_code


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_result_is_the_last_line_and_exit_zero(capsys: pytest.CaptureFixture[str]) -> None:
    def body(session: Session) -> dict[str, Fact]:
        session.sink.emit(Log(message="remark"))
        return {"answer": 42}

    assert outcome(body) == 0
    first, last = lines(capsys.readouterr().out)
    assert first["type"] == "log"
    assert last == {
        "schema": "plugsmith/1",
        "type": "result",
        "command": "probe",
        "data": {"answer": 42},
    }


def test_an_expected_error_keeps_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    def body(_session: Session) -> dict[str, Fact]:
        raise UsageError(problem="two images")

    assert outcome(body) == 2
    (last,) = lines(capsys.readouterr().out)
    assert (last["type"], last["code"], last["exit"]) == ("error", "PS-USAGE", 2)
    assert "two images" in last["message"]


def test_a_defect_is_reported_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def body(_session: Session) -> dict[str, Fact]:
        raise ZeroDivisionError("secret detail")

    assert outcome(body, as_json=False) == ExitCode.DEFECT
    text = capsys.readouterr().err
    assert "PS-DEFECT" in text
    assert "Traceback" not in text
    assert "secret detail" not in text


def test_the_first_interrupt_asks_and_the_second_stops(capsys: pytest.CaptureFixture[str]) -> None:
    def body(session: Session) -> dict[str, Fact]:
        signal.raise_signal(signal.SIGINT)
        assert session.cancel.cancelled
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("the second interrupt must stop at once")

    before = signal.getsignal(signal.SIGINT)  # ignored where the suite runs in the background
    assert outcome(body) == 130
    assert lines(capsys.readouterr().out)[-1]["code"] == "PS-CANCELLED"
    assert signal.getsignal(signal.SIGINT) is before


def test_consent_is_refused_where_nobody_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    def body(session: Session) -> dict[str, Fact]:
        session.confirm("Erase?", step="erase")
        return {}

    assert outcome(body) == ExitCode.REFUSED
    assert lines(capsys.readouterr().out)[-1]["code"] == ConsentMissing.code
    assert outcome(body, assume_yes=True) == 0


def test_people_get_sentences_on_stderr_and_the_result_on_stdout(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        session.sink.emit(Warning_(code="PS-X", message="weak supply", hint="use 3.3 V"))
        return {"answer": 42}

    assert outcome(body, as_json=False, render=lambda data: f"answer {data['answer']}") == 0
    out, err = capsys.readouterr()
    assert out == "answer 42\n"
    assert "weak supply" in err
    assert "use 3.3 V" in err


def test_unknown_verbs_obey_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-verb", "--json"]) == 2
    assert lines(capsys.readouterr().out)[-1]["code"] == "PS-USAGE"


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("plugsmith ")
