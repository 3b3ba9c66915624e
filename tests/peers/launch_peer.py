"""Runs bk7231tools or ltchiptool in its own environment with modem-line calls made harmless.

A pseudo-terminal has no RTS and DTR: pyserial's calls fail there with ENOTTY, and both tools die of
it. ltchiptool waits by asking the port again and again: its time is that of its own processor here,
so that a busy computer does not make a chip late. On an LN882H it gives an answer 20 ms to begin,
which a served chip cannot promise either: here it has two seconds.
usage: launch_peer.py bk7231tools|ltchiptool ARGUMENTS...
"""

from __future__ import annotations

import functools
import sys
import time

import serial


def patient(self, count=None, max_count=None, *, read):
    """`read` of ltchiptool's port; bytes that are counted may come later."""
    self.push_timeout(max(self.read_timeout, 2.0 if count else 0.0))
    try:
        return read(self, count, max_count)
    finally:
        self.pop_timeout()


def ignore_lines(port: object) -> None:
    """What the two patched methods do now."""


serial.Serial._update_rts_state = ignore_lines  # type: ignore[method-assign]
serial.Serial._update_dtr_state = ignore_lines  # type: ignore[method-assign]

tool = sys.argv.pop(1)
if tool == "bk7231tools":
    from bk7231tools import cli as main
else:
    from ltchiptool import cli as main
    from ltchiptool.soc.ambz.util import ambztool
    from ltchiptool.soc.ambz2.util import ambz2tool
    from ltchiptool.soc.ln882h.util import ln882htool
    from ltchiptool.util import serialtool

    for module in (ambz2tool, ambztool, ln882htool, serialtool):
        module.time = time.process_time
    plain = serialtool.SerialToolBase.read
    ln882htool.LN882hTool.read = functools.partialmethod(patient, read=plain)
sys.argv[0] = tool
sys.exit(main())
