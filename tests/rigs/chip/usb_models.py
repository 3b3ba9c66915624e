"""A CH341A and an FT232H with a simulated chip on their pins, as their USB host sees them.

Protocol machines only: no client code of ours, and nothing of a USB stack. Two stacks speak to
them: a backend for pyusb in this process, and umockdev, where Debian's flashrom judges them.
"""

from __future__ import annotations

KNOCK = 0xD2
_READS = {0x9F: 1, 0x03: 4, 0x05: 1, 0x35: 1, 0x15: 1, 0x5A: 5, 0x0B: 5, 0x4B: 5}
_BLOCK = 4096
MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


_PARAMETERS = {
    0x80: 2, 0x82: 2, 0x81: 0, 0x83: 0, 0x84: 0, 0x85: 0, 0x86: 2, 0x87: 0, 0x8A: 0, 0x8B: 0,
    0x8C: 0, 0x8D: 0, 0x96: 0, 0x97: 0, 0x9E: 2,
}  # fmt: skip


class Pins:
    """The wires between an adapter and the chip, a byte at a time."""

    def __init__(self, face, clock):
        self.face, self.clock = face, clock
        self.mode_heard = 0  # the SPI mode in which the chip listens
        self.mode = 0
        self._select = True
        self._out = bytearray()
        self._ready = b""

    def cen(self, *, high):
        self.face.set_cen(low=not high, now=self.clock.monotonic())

    def select(self, *, high):
        if high == self._select:
            return
        if high and self._out and not self._reads():
            self.face.exchange(bytes(self._out), 0, now=self.clock.monotonic())
        self._select = high
        self._out.clear()
        self._ready = b""

    def _reads(self):
        head = _READS.get(self._out[0])
        return not self.face.entered or (head is not None and len(self._out) >= head)

    def clock_bytes(self, data):
        heard = bytearray()
        while len(heard) < len(data):
            if self.face.entered and self._out and self._reads() and not self._select:
                heard += self._from_flash(len(data) - len(heard))
            else:
                heard.append(self._clock_byte(data[len(heard)]))
        return bytes(heard)

    def _clock_byte(self, byte):
        now = self.clock.monotonic()
        if self._select:
            return 0xFF
        if self.mode != self.mode_heard:
            return self.face.exchange(b"", 1, now=now)[0] >> 1
        self._out.append(byte)
        if self.face.entered:
            return 0xFF
        if self._out[-2:] == bytes((KNOCK, KNOCK)):
            heard = self.face.exchange(bytes((KNOCK, KNOCK)), 1, now=now)[0]
            self._out[:] = b"\x00" * self.face.entered
            return heard
        return self.face.exchange(b"", 1, now=now)[0]

    def _from_flash(self, count):
        """What comes out behind the head of a command, `count` bytes at most."""
        if not self._ready:
            length = {0x03: _BLOCK, 0x0B: _BLOCK, 0x05: 1, 0x35: 1, 0x15: 1}.get(self._out[0], 8)
            self._ready = self.face.exchange(bytes(self._out), length, now=self.clock.monotonic())
            if len(self._out) > 3:
                at = int.from_bytes(self._out[1:4], "big") + length
                self._out[1:4] = at.to_bytes(4, "big")[1:]
        found, self._ready = self._ready[:count], self._ready[count:]
        return found


class Ch341Model:
    """Packets of 32 bytes: AB sets pins, A8 shifts bytes with their low bit first."""

    vendor, product, device_version = 0x1A86, 0x5512, 0x0304
    out_endpoint, in_endpoint, packet = 0x02, 0x82, 32
    interface_class = 0xFF

    def __init__(self, pins):
        self.pins = pins
        self.driven = 0  # the pins that are outputs
        self._answers = []

    def control(self, request_type, request, value, index, length):
        return bytes(length)

    def bulk_out(self, data):
        for at in range(0, len(data), self.packet):
            self._packet(data[at : at + self.packet])

    def _packet(self, packet):
        if packet[0] == 0xAB:
            for code in packet[1:]:
                if code == 0x20:
                    break
                if code & 0xC0 == 0x80:
                    self.pins.cen(high=bool(code & 4))
                    self.pins.select(high=bool(code & 1))
                elif code & 0xC0 == 0x40:
                    self.driven = code & 0x3F
        elif packet[0] == 0xA8:
            heard = self.pins.clock_bytes(packet[1:].translate(MIRRORED))
            self._answers.append(heard.translate(MIRRORED))

    def bulk_in(self, limit):
        """The answer to the next packet; None while there is none."""
        return self._answers.pop(0)[:limit] if self._answers else None


class Ft232hModel:
    """An MPSSE: AD0 clock, AD1 out, AD2 in, AD3 select, AD4 to CEN."""

    vendor, product, device_version = 0x0403, 0x6014, 0x0900
    out_endpoint, in_endpoint, packet = 0x02, 0x81, 512
    interface_class = 0xFF

    def __init__(self, pins):
        self.pins = pins
        self._pending, self._answer = bytearray(), bytearray()
        self._low, self._high = 0, 0
        self._mpsse = False

    def control(self, request_type, request, value, index, length):
        if request == 0x0B:  # bit mode
            self._mpsse = value >> 8 == 2
            self._pending.clear()
        elif request == 0 and value in (1, 2):  # purge
            self._answer.clear()
        if request == 0x90:  # EEPROM, blank
            return b"\xff" * length
        return bytes((0x02, 0x60)[:length]) if request == 0x05 else bytes(length)

    def bulk_out(self, data):
        self._pending += data
        while self._pending and (length := self._length()) is not None:
            command = bytes(self._pending[:length])
            del self._pending[:length]
            self._do(command)

    def _length(self):
        opcode = self._pending[0]
        if opcode >= 0x80:
            length = 1 + _PARAMETERS.get(opcode, 0)
        elif opcode & 0x02:  # bits
            length = 2 + bool(opcode & 0x10)
        elif len(self._pending) < 3:
            return None
        else:
            count = int.from_bytes(self._pending[1:3], "little") + 1
            length = 3 + (count if opcode & 0x10 else 0)
        return length if len(self._pending) >= length else None

    def _do(self, command):
        opcode = command[0]
        if opcode == 0x80:
            self._low, direction = command[1], command[2]
            self.pins.cen(high=bool(command[1] & 0x10) or not direction & 0x10)
            selected = direction & 0x08 and not command[1] & 0x08
            if selected:
                self.pins.mode = 3 if command[1] & 1 else 0
            self.pins.select(high=not selected)
        elif opcode in (0x81, 0x83):
            self._answer.append(self._low if opcode == 0x81 else self._high)
        elif opcode in _PARAMETERS:
            pass
        elif opcode < 0x80 and not opcode & 0x02:
            count = int.from_bytes(command[1:3], "little") + 1
            heard = self.pins.clock_bytes(command[3:] if opcode & 0x10 else bytes(count))
            if opcode & 0x20:
                self._answer += heard
        else:
            self._answer += bytes((0xFA, opcode))

    def bulk_in(self, limit):
        """Packets of 512 bytes, each with two bytes of modem state in front; never empty."""
        reply = bytearray()
        while limit - len(reply) >= 2:
            room = min(self.packet, limit - len(reply)) - 2
            piece = self._answer[:room]
            del self._answer[:room]
            reply += b"\x02\x60" + piece
            if len(piece) < room or not self._answer:
                break
        return bytes(reply)
