"""Flashes that another program read twice, each with a small passport beside it."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from plugsmith.errors.content import InputError
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.library.home import refusal, write_whole
from plugsmith.limited_read import read_regular
from plugsmith.nested_json import read_nested
from plugsmith.private_files import make_private_folder

_FORMAT = "plugsmith-via/1"
_POINTER = ".pointer.json"
_LARGEST_PASSPORT = 0x1_0000
LARGEST = 64 << 20
_MOST_NAMES = 1000
_KEYS = {
    "format", "made_by", "created", "program", "chip", "mac", "size", "sha256", "proof",
}  # fmt: skip
PROOF = "two-reads"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaPassport:
    """What is known of such a read; `chip` and `mac` None where nobody told. `size` in bytes."""

    made_by: str
    created: str
    program: str
    chip: str | None
    mac: str | None
    size: int
    sha256: str
    proof: str = PROOF

    @classmethod
    def parse(cls, data: bytes) -> Self | None:
        """None for what is no such passport, whatever the bytes are."""
        try:
            found = read_nested(data)
        except ValueError:
            return None
        if not isinstance(found, dict) or found.get("format") != _FORMAT:
            return None

        def text(name: str) -> str:
            return str(found[name])

        def maybe(name: str) -> str | None:
            return None if found[name] is None else str(found[name])

        if set(found) != _KEYS or type(found["size"]) is not int or found["proof"] != PROOF:
            return None
        if any(isinstance(value, dict | list) for value in found.values()):
            return None
        return cls(
            made_by=text("made_by"),
            created=text("created"),
            program=text("program"),
            chip=maybe("chip"),
            mac=maybe("mac"),
            size=found["size"],
            sha256=text("sha256"),
        )

    def as_bytes(self) -> bytes:
        """The file."""
        return (json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n").encode()

    def fits(self, data: bytes) -> bool:
        """Whether `data` are the bytes that were proven."""
        return len(data) == self.size and hashlib.sha256(data).hexdigest() == self.sha256


def passport_path(file: Path) -> Path:
    """Where the passport of `file` lies."""
    return file.with_name(file.name + ".json")


def passport_of(file: Path) -> ViaPassport | None:
    """The passport beside `file`; None where there is none that can be read."""
    try:
        return ViaPassport.parse(read_regular(passport_path(file), limit=_LARGEST_PASSPORT))
    except InputError:
        return None


def read_of_passport(path: Path) -> Path | None:
    """The file that the passport at `path` belongs to; None where `path` is no such passport."""
    if path.suffix != ".json":
        return None
    file = path.with_suffix("")
    return file if passport_of(file) is not None else None


def put(file: Path, data: bytes, passport: ViaPassport) -> None:
    """Both files or none; the passport last, since without it nothing is a backup."""
    write_whole(file, data)
    try:
        write_whole(passport_path(file), passport.as_bytes())
    except BaseException:
        with suppress(OSError):
            file.unlink()
        raise


class ViaStore:
    """`via/<program>_<chip>_<MAC tail>_<date>.bin`, added and never replaced.

    What the user keeps elsewhere is known by a pointer.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def reads(self) -> list[tuple[Path, ViaPassport]]:
        """Every read that has a passport, the latest first, each once; the file may be gone."""
        own = (passport.with_suffix("") for passport in self.folder.glob("*.bin.json"))
        files = {file.absolute() for file in (*own, *self._elsewhere())}
        found = [(file, passport_of(file)) for file in sorted(files)]
        known = [(file, passport) for file, passport in found if passport is not None]
        return sorted(known, key=lambda item: item[1].created, reverse=True)

    def called(self, name: str) -> Path | None:
        """The latest read of that file name, with its ending or without."""
        named = (file for file, _passport in self.reads() if name in {file.name, file.stem})
        return next(named, None)

    def find(self, data: bytes, *, program: str, mac: str | None) -> Path | None:
        """A read by `program` that holds exactly `data`, read again and compared.

        `mac` is the board's: one with the same content, read from another board, is not its own.
        """
        for file in (*sorted(self.folder.glob("*.bin"), reverse=True), *self._elsewhere()):
            passport = passport_of(file)
            if passport is None or (passport.program, passport.mac) != (program, mac):
                continue
            if not passport.fits(data):
                continue
            with suppress(InputError):
                if read_regular(file, limit=LARGEST) == data:
                    return file
        return None

    def point_to(self, file: Path, passport: ViaPassport) -> None:
        """Remember a read that the user keeps elsewhere; a disk that refuses costs only time."""
        pointer = self.folder / f"{passport.sha256[:16]}{_POINTER}"
        content = json.dumps({"format": _FORMAT, "file": str(file.absolute())}).encode()
        with suppress(OSError):
            make_private_folder(self.folder)
            write_whole(pointer, content, keep_existing=False)

    def _elsewhere(self) -> list[Path]:
        found = []
        for pointer in sorted(self.folder.glob(f"*{_POINTER}")):
            with suppress(InputError, ValueError, KeyError, TypeError):
                content = read_nested(read_regular(pointer, limit=_LARGEST_PASSPORT))
                found.append(Path(content["file"]))
        return found

    def add(self, data: bytes, passport: ViaPassport) -> Path:
        """A new file; NoRightToWrite, NoSpaceLeft if the system refuses."""
        tail = passport.mac.replace(":", "")[-6:] if passport.mac else "nomac"
        chip = (passport.chip or passport.program).casefold().replace("/", "-")
        stem = f"{passport.program}_{chip}_{tail}_{passport.created[:10]}"
        for number in range(1, _MOST_NAMES):
            file = self.folder / (f"{stem}.bin" if number == 1 else f"{stem}_{number}.bin")
            try:
                put(file, data, passport)
            except FileExistsError:
                continue
            except OSError as problem:
                raise refusal(self.folder, problem) from problem
            return file
        raise NoRightToWrite(folder=str(self.folder), problem="too many files")
