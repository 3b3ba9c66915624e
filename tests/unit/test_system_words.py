"""What the operating system refuses is said in the user's language, whatever the system speaks."""

from __future__ import annotations

import errno
import os
import socket
import ssl
import sys

import pytest

from plugsmith.errors import InputMissing
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.flows.dump.files import make_folder
from plugsmith.flows.input_file import read_input
from plugsmith.messages import speaking
from plugsmith.system_words import _BY_NUMBER, system_words

LANGUAGES = ("pl", "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_usual_refusals_have_words_in_every_language(language):
    assert len(_BY_NUMBER) > 30
    for number in _BY_NUMBER:
        problem = OSError(number, "words of the system")
        with speaking("en"):
            english = system_words(problem)
        with speaking(language):
            said = system_words(problem)
        assert said != english
        assert "words of the system" not in said + english


def test_other_refusals_keep_their_number():
    with speaking("de"):
        assert system_words(OSError(errno.EDOM, "x")) == f"Fehler {errno.EDOM} des Systems"
        assert system_words(OSError("no number")) == "ein Fehler der Art OSError"
        assert "UnicodeError" in system_words(UnicodeError("x"))


def test_who_counts_in_another_way_is_not_looked_up():
    """A resolver's 8 is no ENOEXEC, a cipher's 1 is no missing right."""
    assert system_words(socket.gaierror(8, "x")) == "its name is not known"
    assert system_words(ssl.SSLError(1, "x")) == "error 1 of the system"


@pytest.mark.skipif(sys.platform == "win32", reason="no such files on Windows")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["missing", "below a file", "circle", "long name", "long folder"])
def test_a_real_refusal_has_no_word_of_the_system(what, language, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "circle").symlink_to("circle")
    path, number = {
        "missing": (tmp_path / "missing.bin", errno.ENOENT),
        "below a file": (tmp_path / "file" / "x.bin", errno.ENOTDIR),
        "circle": (tmp_path / "circle", errno.ELOOP),
        "long name": (tmp_path / ("x" * 300), errno.ENAMETOOLONG),
        "long folder": (tmp_path / ("x" * 300) / "y.bin", errno.ENAMETOOLONG),
    }[what]
    with speaking(language), pytest.raises(InputMissing) as refused:
        read_input(path)
    with speaking(language):
        assert system_words(OSError(number, "")) in refused.value.message
    assert os.strerror(number) not in refused.value.message


@pytest.mark.skipif(sys.platform == "win32", reason="no such files on Windows")
def test_a_folder_that_cannot_be_made_is_told_in_the_language(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    with speaking("pl"), pytest.raises(NoRightToWrite) as refused:
        make_folder(tmp_path / "file" / "under")
    with speaking("pl"):
        assert "to nie jest folder" in refused.value.message
