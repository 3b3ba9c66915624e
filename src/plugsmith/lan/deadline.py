"""How long one request to a device may take, and how long attempts have taken."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plugsmith.errors.device import DeviceUnreachable

if TYPE_CHECKING:
    from plugsmith.lan.host import Host


class Spent:
    """How many seconds attempts have taken, without the time until it was their turn."""

    seconds = 0.0

    async def __aenter__(self) -> None:
        self._began_s = asyncio.get_running_loop().time()

    async def __aexit__(self, *_problem: object) -> None:
        self.seconds += asyncio.get_running_loop().time() - self._began_s


class Deadline:
    """`asyncio.timeout` whose end is a DeviceUnreachable."""

    def __init__(self, host: Host, seconds: float) -> None:
        self._host = host
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, kind: object, value: object, trace: object) -> None:
        try:
            await self._timeout.__aexit__(kind, value, trace)  # type: ignore[arg-type]
        except TimeoutError as problem:
            raise DeviceUnreachable(host=str(self._host), problem="no answer in time") from problem
