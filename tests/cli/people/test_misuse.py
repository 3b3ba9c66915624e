"""A command line that cannot be meant is answered in our words, in the user's language."""

from __future__ import annotations

import pytest

from plugsmith.cli.after.steps import quoted
from plugsmith.cli.app import main
from plugsmith.messages import speaking


@pytest.mark.parametrize(("line", "said"), [
    ("flsh", "there is no command flsh. Did you mean flash?"),
    ("support bakup", "'bakup' is no verb. Did you mean backup, backups?"),
    ("info --nope", "there is no option --nope."),
    ("flash --dryrun", "there is no option --dryrun. Did you mean --dry-run?"),
    ("dump sanitize x.bin", "the option --output is missing."),
    ("dump sanitize -o x.bin", "FILE is missing."),
    ("config show a b", "nothing is expected where a b stands."),
    ("info --port", "--port needs a value."),
    ("flash --dry-run=1", "--dry-run takes no value."),
    ("info --baud 3", "--baud: 3 is not in the range: 9600 to 4000000."),
    ("sim --raw-baud 3", "--raw-baud: 3 is less than 300."),
    ("sim --count x", "--count: 'x' is not a whole number."),
    ("doctor --module CB2X", "CB2X is not a known module (CB2S,"),
    ("doctor --module Q", "Q is not a known module What to do: All that are known stand in"),
])  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(line, said, capsys):
    assert main(line.split()) == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("line", [
    "flsh", "info --nope", "dump sanitize x.bin", "dump sanitize -o x.bin", "config show a b",
    "info --port", "flash --dry-run=1", "info --baud 3", "sim --raw-baud 3", "sim --count x",
])  # fmt: skip
def test_it_is_said_in_polish_too(line, capsys, monkeypatch):
    said = {}
    for language in ("en", "pl"):
        monkeypatch.setenv("PLUGSMITH_LANG", language)
        with speaking(language):
            assert main(line.split()) == 2
        said[language] = capsys.readouterr().err.splitlines()[0].split(": ", 2)[2]
    assert said["pl"] != said["en"]


@pytest.mark.parametrize("line", [
    "dump sanitize plug.bin -o -", "dump repair plug.bin -o -", "read -o -", "backup -o -",
    "template export x --to esphome -o -", "rf save -o -", "obk config build -o -",
])  # fmt: skip
def test_no_file_of_the_name_of_standard_output_is_made(line, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 2
    assert "--output: nothing is written to standard output" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "told"), [("-", "FILE"), ("-x.bin", "./-x.bin")])
def test_a_next_step_can_be_typed(name, told):
    assert quoted(name) == told


def test_an_empty_library_names_how_to_make_a_backup(capsys):
    assert main(["backups", "list"]) == 0
    out, err = capsys.readouterr()
    assert "restore" not in out + err


@pytest.mark.parametrize("line", [
    "dump info {}", "dump config {}", "dump sanitize {} -o x", "dump info a {}", "flash {}",
    "restore {}", "image info {}", "template export {}", "device info {}", "backups export {} -o x",
    "dump sanitize a -o {}", "flash a --template {}", "dump diff a {}", "obk config read {}",
])  # fmt: skip
def test_a_variable_that_is_not_set_is_no_folder(line, capsys, monkeypatch, tmp_path):
    (tmp_path / "a").write_text("{rl1_pin:26,module:WB2S,}")
    monkeypatch.chdir(tmp_path)
    assert main(["" if word == "{}" else word for word in line.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, "the name is empty" in " ".join(err.split())) == ("", True)


@pytest.mark.parametrize("line", [
    "--json dump info a", "dump --json info a", "--json -q dump info a", "dump info --json a",
    "dump info a --json",
])  # fmt: skip
def test_flags_of_every_verb_may_stand_before_it(line, capsys, monkeypatch, tmp_path):
    (tmp_path / "a").write_bytes(b"\x7f" * 64)
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 9
    assert '"command": "dump info"' in capsys.readouterr().out


def test_a_file_that_looks_like_an_option_is_named_as_it_can_be_typed(
    capsys, monkeypatch, tmp_path
):
    (tmp_path / "-x.bin").write_bytes(b"\x7f" * 64)
    monkeypatch.chdir(tmp_path)
    assert main(["dump", "info", "-x.bin"]) == 2
    assert "write ./-x.bin" in capsys.readouterr().err
