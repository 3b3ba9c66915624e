"""A configuration that was changed on the way is used by no verb, and each says why."""

from __future__ import annotations

import pytest
from bare_verbs import nothing_there
from verbs_of_files import MORE_VERBS, VERBS

from plugsmith.cli.app import main
from plugsmith.forge.dump import FORUM_TEXT

__all__ = ["nothing_there"]

CHANGED = FORUM_TEXT.replace("rl1_pin:26", "rl1_pin:24")
LOG = "[01-01 18:12:15 TUYA D][gw_intf.c:77] json cfg:[,"
TEXTS = {
    "pin text": CHANGED,
    "boot log": LOG + CHANGED[1:],
    "boot log and its lines": LOG + CHANGED[1:] + "\n[RELAY] - pin:26, io_drive:2\n",
    "doubled": CHANGED + "\n" + CHANGED,
    "quoted in a mail": "\n".join("> " + line for line in ("Hello,", CHANGED, "bye")),
}
TAKERS = ("template export", "template match", "template lint", "template contribute")
TAKERS += ("flash --template", "device apply")


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", TAKERS)
def test_a_text_with_a_wrong_checksum_is_refused_with_the_reason(verb, tmp_path, capsys):
    for name, text in TEXTS.items():
        file = tmp_path / "pins.txt"
        file.write_text(text)
        line = (VERBS | MORE_VERBS)[verb].format(file=file, out=tmp_path / "out")
        assert main(line.split()) == 9, name
        said = capsys.readouterr()
        assert "checksum disagrees" in said.err, name
        assert "Copy the text again" in " ".join(said.err.split()), name
        assert "Rel" not in said.out, name


@pytest.mark.parametrize("name", TEXTS)
def test_dump_config_gives_the_checksum_as_the_reason(name, tmp_path, capsys):
    file = tmp_path / "pins.txt"
    file.write_text(TEXTS[name])
    assert main(["dump", "config", str(file)]) == 8
    said = capsys.readouterr().out
    assert "Reason  its checksum disagrees" in said
    assert "storage is damaged" not in said
