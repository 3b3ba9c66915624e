"""Ways to write a value down, made apart from the sanitizer: standard library only."""

from __future__ import annotations

import base64
import gzip
import json
import lzma
import quopri
import urllib.parse
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MASK = bytes.fromhex("55aa5a55a54d637f")  # of the vendor's Wi-Fi cache


def _masked(value: bytes, phase: int) -> bytes:
    return bytes(byte ^ MASK[(at + phase) % len(MASK)] for at, byte in enumerate(value))


# Of a value that the file gives away elsewhere: every search must find it.
KNOWN: dict[str, Callable[[bytes], bytes]] = {
    "raw": lambda v: v,
    "upper": lambda v: v.upper(),
    "lower": lambda v: v.lower(),
    "utf-16-le": lambda v: v.decode().encode("utf-16-le"),
    "utf-16-be": lambda v: v.decode().encode("utf-16-be"),
    "field of 32": lambda v: v.ljust(32, b"\0"),
    "field of 64": lambda v: v.ljust(64, b"\0"),
    "base64": base64.b64encode,
    "base64 behind 1": lambda v: base64.b64encode(b"u" + v),
    "base64 behind 2": lambda v: base64.b64encode(b"u:" + v),
    "base64 user:password": lambda v: base64.b64encode(b"someone:" + v),
    "base64url": lambda v: base64.urlsafe_b64encode(b"\xff\xfe?>" + v),
    "base64 in lines": lambda v: base64.encodebytes(b"x" * 50 + v),
    "hex": lambda v: v.hex().encode(),
    "HEX": lambda v: v.hex().upper().encode(),
    "hex:": lambda v: v.hex(":").encode(),
    "hex-": lambda v: v.hex("-").upper().encode(),
    "hex blanks": lambda v: v.hex(" ").encode(),
    "hex 0x": lambda v: ", ".join(f"0x{b:02x}" for b in v).encode(),
    "hex \\x": lambda v: "".join(f"\\x{b:02x}" for b in v).encode(),
    "url all": lambda v: "".join(f"%{b:02X}" for b in v).encode(),
    "url": lambda v: urllib.parse.quote(v, safe="").encode(),
    "json all": lambda v: "".join(f"\\u{ord(c):04x}" for c in v.decode()).encode(),
    "json": lambda v: json.dumps(v.decode()).encode(),
    "json in json": lambda v: json.dumps(json.dumps({"x": v.decode()})).encode(),
    "quoted-printable": lambda v: quopri.encodestring(b"=" + v, quotetabs=True),
    "quoted-printable all": lambda v: "".join(f"={b:02X}" for b in v).encode(),
    "quoted-printable in lines": lambda v: quopri.encodestring(b"=" + b"x" * 68 + v),
    "zlib": lambda v: zlib.compress(b"some text and " + v * 2),
    "zlib, best": lambda v: zlib.compress(b"a line\n" * 9 + v, 9),
    "gzip": lambda v: gzip.compress(b"some text and " + v * 2, mtime=0),
    "xz": lambda v: lzma.compress(b"some text and " + v * 2),
    "lzma": lambda v: lzma.compress(b"some text " + v * 2, format=lzma.FORMAT_ALONE),
    "zlib in base64": lambda v: base64.b64encode(zlib.compress(b"text " + v * 2)),
    **{f"mask {phase}": lambda v, phase=phase: _masked(v, phase) for phase in range(8)},
}

# Of a value that stands nowhere else, but under a name that tells.
NAMED: dict[str, Callable[[bytes], bytes]] = {
    "json": lambda v: b'{"passwd":"' + v + b'"}',
    "json blanks and case": lambda v: b'{ "PassWord" : "' + v + b'" }',
    "single quotes": lambda v: b"{'wifi_password': '" + v + b"'}",
    "no quotes": lambda v: b"{ssid:" + v + b",ch:6}",
    "json in json": lambda v: b'{"a":"{\\"passwd\\":\\"' + v + b'\\"}"}',
    "key=value": lambda v: b"ap_passwd=" + v,
    "query": lambda v: b"/cfg?user=x&password=" + v + b"&y=1",
    "yaml": lambda v: b"wifi:\n  password: " + v + b"\n",
    "toml": lambda v: b'wifi_password = "' + v + b'"\n',
    "supplicant": lambda v: b'network={\n ssid="x"\n psk="' + v + b'"\n}\n',
    "url": lambda v: b"mqtt://someone:" + v + b"@broker/",
    "command": lambda v: b"backlog MqttPassword " + v + b"; x 1",
    "command 1": lambda v: b"Password1 " + v + b"\n",
}

# Of a value that stands nowhere else and under no name: only what is not read can keep it.
BARE: dict[str, Callable[[bytes], bytes]] = {
    "raw": lambda v: v,
    "utf-16-le": lambda v: v.decode().encode("utf-16-le"),
    "base64": base64.b64encode,
    "hex": lambda v: v.hex().encode(),
    "zlib": lambda v: zlib.compress(b"text " + v),
    "mask 3": lambda v: _masked(v, 3),
}
