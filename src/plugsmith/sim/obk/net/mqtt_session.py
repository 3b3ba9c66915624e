"""The device's MQTT 3.1.1 session: just enough of the protocol, written here."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Number, Text
from plugsmith.sim.obk.firmware import Network, Phase

if TYPE_CHECKING:
    from plugsmith.sim.obk.device import SimObk
    from plugsmith.sim.obk.mqtt.publisher import Message

FIRST_ATTEMPT_S = 15.0  # after boot, device time
_PAUSE_S = 0.05
_KEEP_ALIVE_S = 30
_CONNECT, _CONNACK, _PUBLISH, _SUBSCRIBE, _PING = 0x10, 0x20, 0x30, 0x82, 0xC0
_REFUSALS = {
    1: "Refused protocol version",
    2: "Refused identifier",
    3: "Refused server",
    4: "Refused user credentials",
    5: "Refused not authorized",
}
_LONGEST = 0x4000


def packet(kind: int, *parts: bytes) -> bytes:
    """A control packet with its remaining length."""
    body = b"".join(parts)
    left, size = len(body), bytearray()
    while True:
        left, low = divmod(left, 128)
        size.append(low | (0x80 if left else 0))
        if not left:
            return bytes([kind]) + bytes(size) + body


def text(value: str) -> bytes:
    """A length-prefixed string."""
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def wanted(device: SimObk) -> bool:
    """Whether the device would hold a connection now."""
    return (
        device.phase is Phase.RUNNING
        and device.network is Network.HOME
        and not device.safe_mode
        and not device.upload_marker
        and device.uptime >= FIRST_ATTEMPT_S
        and device.block.text(Text.MQTT_HOST) != ""
    )


async def keep_connected(device: SimObk) -> None:
    """Connect whenever the device wants to, for ever."""
    while True:
        await asyncio.sleep(_PAUSE_S)
        if not wanted(device):
            continue
        try:
            await _session(device)
        except socket.gaierror:
            device.publisher.result = (-16, "ERR_ARG")
        except TimeoutError:
            device.publisher.message = "Timeout"
        except (OSError, asyncio.IncompleteReadError):
            device.publisher.message = "Disconnected"
        with device.lock:
            device.publisher.on_loss()
        await asyncio.sleep(_PAUSE_S * 10)


async def _session(device: SimObk) -> None:
    block = device.block
    host, port = block.text(Text.MQTT_HOST), block.number(Number.MQTT_PORT)
    reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 5)
    try:
        writer.write(_connect_packet(device))
        answer = await asyncio.wait_for(reader.readexactly(4), 5)
        if answer[0] != _CONNACK or answer[3] != 0:
            device.publisher.settings_changed = False
            device.publisher.message = _REFUSALS.get(answer[3], "Disconnected")
            return
        with device.lock:
            writer.write(_subscriptions(device))
            device.publisher.settings_changed = False
            device.publisher.on_connect()
        listening = asyncio.create_task(_listen(device, reader))
        try:
            await _talk(device, writer, listening)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    finally:
        writer.close()


def _connect_packet(device: SimObk) -> bytes:
    block = device.block
    topic, user = block.text(Text.MQTT_CLIENT), block.text(Text.MQTT_USER)
    flags = 0x02 | 0x04 | 0x20  # clean, will, will retained
    tail = [text(topic), text(f"{topic}/connected"), text("offline")]
    if user:
        flags |= 0xC0
        tail += [text(user), text(block.text(Text.MQTT_PASSWORD))]
    keep = _KEEP_ALIVE_S.to_bytes(2, "big")
    return packet(_CONNECT, text("MQTT"), bytes([4, flags]), keep, *tail)


def _subscriptions(device: SimObk) -> bytes:
    base, group = device.publisher.base, device.block.text(Text.MQTT_GROUP)
    topics = [
        f"{base}/+/set",
        f"{group}/+/set",
        f"cmnd/{base}/+",
        f"cmnd/{group}/+",
        f"{base}/+/get",
    ]
    return packet(_SUBSCRIBE, b"\x00\x01", *(text(topic) + b"\x00" for topic in topics))


async def _talk(
    device: SimObk, writer: asyncio.StreamWriter, listening: asyncio.Task[None]
) -> None:
    waited = 0.0
    while wanted(device) and not device.publisher.settings_changed and not listening.done():
        with device.lock:
            messages = list(device.publisher.queue)
            device.publisher.queue.clear()
        for message in messages:
            writer.write(_publish_packet(message))
        waited += _PAUSE_S
        if waited >= _KEEP_ALIVE_S / 2:
            waited = 0.0
            writer.write(packet(_PING))
        await writer.drain()
        await asyncio.sleep(_PAUSE_S)


def _publish_packet(message: Message) -> bytes:
    kind = _PUBLISH | int(message.retain)
    return packet(kind, text(message.topic), message.payload.encode())


async def _listen(device: SimObk, reader: asyncio.StreamReader) -> None:
    while True:
        kind, body = await _read_packet(reader)
        if kind & 0xF0 != _PUBLISH or len(body) < 2:
            continue
        size = int.from_bytes(body[:2], "big")
        topic = body[2 : 2 + size].decode("utf-8", "replace")
        payload = body[2 + size :].decode("utf-8", "replace")
        with device.lock:
            device.tick()
            device.publisher.received(topic, payload)


async def _read_packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80 or shift > 21:
            break
    if size > _LONGEST:
        raise ConnectionError("oversized packet")
    return kind, await reader.readexactly(size)
