"""Checksums of many ranges in one go, for boot codes that queue requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.protocol import commands as cmd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.boot.exchange import Exchanger

_FRAME_LEN = 24  # a request and its reply


def crc_burst(exchanger: Exchanger, requests: Sequence[cmd.CheckCrc]) -> list[int] | None:
    """zlib CRC-32 for each request; None if an answer is missing or one too many came.

    Answers carry no address: that of a link check behind them shows whether they are all there.
    """
    wire = exchanger.wire
    wire.send(*requests)
    wire.send_link_check()
    whole = cmd.CheckCrc(start=0, length=sum(request.length for request in requests))
    usual_s, pace = exchanger.policy.device_s(whole), exchanger.pace
    began_s = heard_s = wire.clock.monotonic()
    found: list[int] = []
    lost = 0
    for turn in range(2):  # once more for a chip that is still at work
        if turn:
            wire.send_link_check()
            lost = 1  # perhaps the first one
        end_s = wire.clock.monotonic() + pace.allowed_s(usual_s)
        end_s += wire.seconds_for(len(requests) * _FRAME_LEN) + wire.latency_s
        while wire.link_pending > lost and (left := end_s - wire.clock.monotonic()) > 0:
            reply = wire.take(left)
            if reply is not None and requests[0].answers(reply):
                found.append(requests[0].crc32(reply))
                heard_s = wire.clock.monotonic()
                if not turn and len(found) == len(requests):  # only that of the link check is open
                    end_s = min(end_s, heard_s + wire.seconds_for(_FRAME_LEN) + wire.latency_s)
        if wire.link_pending <= lost:
            break
    else:
        pace.overdue(usual_s)
        return None
    wire.settle()
    if len(found) != len(requests):  # too many: a request came twice, and nothing says which
        return None
    pace.took(heard_s - began_s, usual_s)
    return found
