"""Runs bk7231tools or ltchiptool in its own environment with modem-line calls made harmless.

A pseudo-terminal has no RTS and DTR: pyserial's calls fail there with ENOTTY, and both tools die of
it. usage: launch_peer.py bk7231tools|ltchiptool ARGUMENTS...
"""

from __future__ import annotations

import sys

import serial


def ignore_lines(port: object) -> None:
    """What the two patched methods do now."""


serial.Serial._update_rts_state = ignore_lines  # type: ignore[method-assign]
serial.Serial._update_dtr_state = ignore_lines  # type: ignore[method-assign]

tool = sys.argv.pop(1)
if tool == "bk7231tools":
    from bk7231tools import cli as main
else:
    from ltchiptool import cli as main
sys.argv[0] = tool
sys.exit(main())
