"""Addresses that swallow connections instead of refusing them, as absent hosts on a LAN do."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FILLERS = 2


@contextlib.contextmanager
def silent_hosts(addresses: Sequence[str], port: int) -> Iterator[None]:
    """Connections to these addresses time out (Linux): their queues are full and never emptied."""
    with contextlib.ExitStack() as held:
        for address in addresses:
            listener = held.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(0)
            for _filler in range(_FILLERS):
                filler = held.enter_context(socket.socket())
                filler.settimeout(0)
                with contextlib.suppress(BlockingIOError):
                    filler.connect((address, port))
        yield
