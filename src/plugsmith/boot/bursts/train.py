"""Write4K frames one behind the other, for boot codes that queue what comes while they work.

The head of a frame leaves before the frame in front of it is answered: that hides the way through
the adapter. Its rest is held back until that answer is there, so that a frame in front which lost
bytes, or whose length was garbled, eats no more than the sector that the head was meant for. What
a head may hold and where it goes is limited for the same reason, see `may_follow`.

An answer is believed when the frame behind it was answered, too: a frame that lost bytes ends with
those of the next one, is answered well, and leaves the next one without an answer.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from plugsmith.errors.port import PortError
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.boot.exchange import Exchanger
    from plugsmith.boot.protocol.commands import Write4K

_FRAME_START = b"\x01\xe0\xfc"
# At 921600 a head hides 31 ms. With what may be left of the frame in front it is no longer than
# one whole frame, which this adapter was seen to carry.
HEAD_LEN = 2900
_LEFT_IN_FRONT = 1024


def may_follow(front: Write4K, frame: Write4K) -> bool:
    """Whether `frame` may begin before `front` is answered.

    Only into the sector behind it, and only without anything that looks like a request: in a
    frame whose header was lost the chip would obey it.
    """
    return frame.addr == front.addr + SECTOR_LEN and _FRAME_START not in frame.data


def write_train(
    exchanger: Exchanger,
    frames: Sequence[Write4K],
    *,
    taken: Callable[[Write4K], None],
    stopped: Callable[[], bool],
) -> list[Write4K]:
    """Send `frames`, each of which may follow the one before; `taken` hears of each in order.

    Returns those that are in doubt after trouble (then the chip is at the start of a frame and the
    rest was not sent), and leaves off where `stopped` says so. LinkLost if the chip is gone.
    """
    wire = exchanger.wire
    exchanger.be_sure()
    wire.send(frames[0])
    front: Write4K | None = None
    for at, frame in enumerate(frames):
        behind = frames[at + 1] if at + 1 < len(frames) and not stopped() else None
        if behind is not None:
            wire.wait_for_room(_LEFT_IN_FRONT)
            wire.send_head(behind, HEAD_LEN)
        try:
            reply = exchanger.once(frame, sent=True, others=[behind] if behind else ())
        except BaseException:
            with suppress(PortError):
                wire.fill_up()
            raise
        if reply is None or frame.refusal(reply) is not None:
            exchanger.start_over(torn_write=True)
            return [item for item in (front, frame, behind) if item is not None]
        if behind is not None:
            wire.send_rest()
        if front is not None:
            taken(front)
        front = frame
        if behind is None:
            break
    assert front is not None
    taken(front)
    return []
