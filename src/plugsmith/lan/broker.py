"""What a device says to its broker, heard from outside. Needs the extra `mqtt`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from plugsmith.errors.broker import BrokerUnreachable, MqttExtraMissing
from plugsmith.messages import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where a broker is, and with which user and password it is asked."""

    host: str
    port: int = 1883
    user: str | None = None
    password: str | None = field(default=None, repr=False)


async def topics_below(
    broker: BrokerAddress, prefix: str, *, seconds: float, enough: int = 2_000
) -> list[str]:
    """Topics below `prefix` that have a message, retained or new, within `seconds`.

    Raises MqttExtraMissing, BrokerUnreachable.
    """
    try:
        import aiomqtt  # noqa: PLC0415 - an optional extra
    except ImportError as problem:
        raise MqttExtraMissing from problem
    seen: dict[str, None] = {}
    try:
        async with aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user or None,
            password=broker.password or None,
            timeout=max(5.0, seconds),
        ) as client:
            await client.subscribe(f"{prefix}/#")
            try:
                async with asyncio.timeout(seconds):
                    async for message in client.messages:
                        if message.payload:
                            seen[str(message.topic)[:300]] = None
                        if len(seen) >= enough:
                            break
            except TimeoutError:
                pass
    except aiomqtt.MqttError as problem:
        raise BrokerUnreachable(
            host=broker.host, port=broker.port, problem=_plain(problem)
        ) from problem
    return sorted(seen)


def _plain(problem: Exception) -> str:
    """The broker's own reason, without anything that we sent."""
    return str(problem).splitlines()[0][:120] if str(problem) else N_("no answer")
