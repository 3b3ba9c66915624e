"""The commands for autoexec.bat, which a note mentions, are there for people too."""

from __future__ import annotations

from plugsmith.cli.dump.config_text import config_text


def test_people_see_the_autoexec_commands():
    data = {
        "status": "serial-mcu",
        "chip": "BK7231N",
        "pins": [],
        "template": {"pins": {}, "command": "startDriver TuyaMCU"},
        "autoexec": ["linkTuyaMCUOutputToChannel 15 enum 15", "setChannelType 15 Enum"],
        "notes": ["a note"],
    }
    text = config_text(data)
    assert "autoexec.bat" in text
    assert text.index("  linkTuyaMCUOutputToChannel 15 enum 15\n  setChannelType 15 Enum") > 0
    assert "autoexec" not in config_text({**data, "autoexec": None})
