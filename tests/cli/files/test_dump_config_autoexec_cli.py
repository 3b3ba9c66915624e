"""The commands for autoexec.bat, which a note mentions, are there for people too."""

from __future__ import annotations

from dataclasses import replace

from dump_rig import forged

import plugsmith
from plugsmith.cli.dump.config_text import config_text
from plugsmith.cli.dump.shown import ConfigShown


def test_people_see_the_autoexec_commands(tmp_path):
    path = tmp_path / "plug.bin"
    path.write_bytes(forged().data)
    verb = plugsmith.verb("dump config")
    found = verb.run(plugsmith.Session(), verb.request_type(files=(str(path),)))
    commands = ("linkTuyaMCUOutputToChannel 15 enum 15", "setChannelType 15 Enum")
    text = config_text(replace(found, autoexec=commands), ConfigShown())
    assert "autoexec.bat" in text
    assert text.index("  linkTuyaMCUOutputToChannel 15 enum 15\n  setChannelType 15 Enum") > 0
    assert "autoexec" not in config_text(found, ConfigShown())
