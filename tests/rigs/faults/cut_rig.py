"""A cable that is pulled between two requests on the wire, whichever one is named."""

from __future__ import annotations

from contextlib import contextmanager

from plugsmith.sim.ports.port import SimPort

PROOF = 12


class CutCable(BaseException):
    """The process is gone, as far as the wire is concerned."""


class CutPort(SimPort):
    """Counts requests from the first change of the flash on; raises CutCable at number `at`.

    `last` is the number of the last one that changed something.
    """

    def __init__(self, rig, at, when=None):
        super().__init__(rig.chip, rig.clock, name="sim://rig", lines=rig.lines)
        self._at = at
        self._when = when or (lambda _content: False)
        self._before = len(rig.chip.nor.operations)
        self.requests = self.last = 0

    def write(self, data):
        if len(self.chip.nor.operations) > self._before:
            self.requests += 1
            counted = self._at is not None and self.requests >= self._at
            if counted or self._when(self.chip.nor.content):
                raise CutCable
        before = len(self.chip.nor.operations)
        super().write(data)
        if len(self.chip.nor.operations) > before:
            self.last = self.requests


@contextmanager
def cut_at(rig, at, *, when=None):
    """Cable and supply go away at request `at` after the first change; then all is back.

    With `when` they go as soon as it holds for the content of the flash.
    """
    port = CutPort(rig, at, when)
    rig.port = lambda: port
    try:
        yield port
    except CutCable:
        pass
    finally:
        del rig.port
        rig.replug()


def requests_of(rig, verb) -> int:
    """How many requests follow the first change of the flash in `verb`.

    Of the proof, which is a thousand checksums, only the first ones count.
    """
    with cut_at(rig, None) as port:
        verb()
    return min(port.requests, port.last + PROOF)
