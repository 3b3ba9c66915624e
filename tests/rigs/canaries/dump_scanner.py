"""A scanner for planted secrets that shares no code with the sanitizer (nor with `plugsmith.tuya`).

It knows the vendor's storage from the papers alone: the two AES layers, the mask of the Wi-Fi
cache, and how pages follow each other. It decides nothing; it says in which views a value stands.
"""

from __future__ import annotations

import base64

from Crypto.Cipher import AES

MASTER = b"qwertyuiopasdfgh"
MIXER = b"HHRRQbyemofrtytf"
MASK = bytes.fromhex("55aa5a55a54d637f")
SECTOR, PAGE = 0x1000, 0x80


def store_key(device_key: bytes) -> bytes:
    """The data key of a Beken device."""
    return bytes((b"8710"[i % 4] + MIXER[i] + device_key[i]) % 256 for i in range(16))


def decrypted(data: bytes, key: bytes, phase: int) -> bytes:
    """The file as one run of AES blocks."""
    end = phase + (len(data) - phase) // 16 * 16
    return AES.new(key, AES.MODE_ECB).decrypt(data[phase:end])


def masked(data: bytes, phase: int) -> bytes:
    """The file under the mask, beginning at one of its eight phases."""
    pattern = (MASK * (len(data) // 8 + 2))[phase : phase + len(data)]
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(pattern, "big")
    return mixed.to_bytes(len(data), "big")


def pages_in_a_row(plain: bytes, start: int) -> bytes:
    """Pages 1 to 31 of every sector, as values run on over sector borders."""
    return b"".join(
        plain[at + PAGE : at + SECTOR] for at in range(start % SECTOR, len(plain), SECTOR)
    )


def protected_views(data: bytes, key: bytes, phase: int) -> bytes:
    """What lies behind both layers of each sector that begins like a protected one."""
    outer = decrypted(data, MASTER, phase)
    views = []
    at = outer.find(bytes.fromhex("53975713"))
    while at >= 0:
        inner = outer[at + 32 : at + SECTOR]
        views.append(AES.new(key, AES.MODE_ECB).decrypt(inner[: len(inner) // 16 * 16]))
        at = outer.find(bytes.fromhex("53975713"), at + 1)
    return b"|".join(views)


def without_blanks(data: bytes, grid: int) -> bytes:
    """The file without its erased sectors; what is left keeps its place on the sector grid."""
    kept = [data[: grid % SECTOR]]
    for at in range(grid % SECTOR, len(data), SECTOR):
        sector = data[at : at + SECTOR]
        if sector.strip(b"\xff"):
            kept.append(sector)
    return b"".join(kept)


def views(data: bytes, device_key: bytes, *, key_addr: int, from_addr: int = 0) -> dict[str, bytes]:
    """Every way to look at the file; `from_addr` leaves program code out of it."""
    grid = (key_addr - from_addr) % SECTOR
    data = without_blanks(data[from_addr:], grid)
    key, phase = store_key(device_key), grid % 16
    plain = decrypted(data, key, phase)
    found = {
        "raw": data,
        "decrypted": plain,
        "pages": pages_in_a_row(plain, grid - phase),
        "protected": protected_views(data, key, phase),
    }
    found |= {f"masked {number}": masked(data, number) for number in range(8)}
    return found


def spellings(value: bytes) -> set[bytes]:
    """The value raw, in hexadecimal, and in base64 at each of its three alignments."""
    found = {value, value.hex().encode(), value.hex().upper().encode()}
    for lead in range(3):
        coded = base64.b64encode(bytes(lead) + value).rstrip(b"=")
        first = (lead * 8 + 5) // 6  # digits that the lead also decides
        last = (lead + len(value)) * 8 // 6
        found.add(coded[first:last])
    return found


def places(value: bytes, looks: dict[str, bytes]) -> set[str]:
    """The views in which the value stands, in any spelling (under the mask: as it is)."""
    forms = spellings(value)
    return {
        name
        for name, body in looks.items()
        if any(form in body for form in ([value] if name.startswith("masked") else forms))
    }
