"""What is said while a bar stands on the terminal: above it, whole words, nothing that commands."""

from __future__ import annotations

import re
import sys

import pytest
from bare_verbs import Screen

from plugsmith.cli.terminal import TerminalSink
from plugsmith.events import Log, TaskBegin, TaskEnd, Warning_

LONG = "The flash part has permissions for characteristically interminable explanations of itself."
MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.parametrize("columns", [40, 80])
def test_words_beside_a_live_bar_are_wrapped_at_word_borders(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("PLUGSMITH_PLAIN", raising=False)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    sink = TerminalSink()
    sink.emit(TaskBegin(task="read", title="Reading the flash", total=100, unit="bytes"))
    assert sink._bars is not None, "no bar: this test would prove nothing"
    sink.emit(Warning_(code="PS-NOTE-X", message=LONG, hint=LONG))
    sink.emit(Log(message="\x1b[2Jgone\u202e [bold]kept[/bold]"))
    sink.emit(TaskEnd(task="read", ok=True, seconds=1.0))
    sink.close()
    shown = screen.getvalue()
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", MOVES.sub("", shown))]
    assert all(len(line) <= columns for line in lines), lines
    said = [line for line in lines if "Reading" not in line]
    words = set(" ".join(said).split())
    assert set(LONG.split()) <= words
    assert "[bold]kept[/bold]" in words
    assert any(line.startswith("Note: The flash part") for line in said)
