"""An archive with several files in it, where one file is meant."""

from __future__ import annotations

import io
import zipfile

import pytest

from plugsmith.errors.content import SeveralInside
from plugsmith.flows.input_file import MAX_FILE_LEN, input_of, read_input


def archive(size: int = 64) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.bin", b"\1" * size)
        file.writestr("b.bin", b"\2" * size)
    return held.getvalue()


def test_which_of_several_is_asked_with_their_names(tmp_path):
    (tmp_path / "two.zip").write_bytes(archive())
    with pytest.raises(SeveralInside) as from_file:
        read_input(tmp_path / "two.zip")
    with pytest.raises(SeveralInside) as from_pipe:
        input_of(archive(), name="-")
    for found in (from_file.value, from_pipe.value):
        assert found.code == "PS-INPUT-SEVERAL"
        assert "a.bin" in str(found)
        assert "b.bin" in str(found)
    assert read_input(tmp_path / "two.zip" / "b.bin").data == b"\2" * 64


def test_several_out_of_a_pipe_are_asked_about_before_any_is_unpacked():
    with pytest.raises(SeveralInside):
        input_of(archive(MAX_FILE_LEN + 1), name="-")
