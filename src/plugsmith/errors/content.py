"""Errors about what a file or device holds: not in it (exit 8), or not usable at all (exit 9)."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.messages import N_, _


class NothingFound(PlugsmithError):
    """The input is understood, but what was asked for is not in it."""

    code = "PS-NOTHING-FOUND"
    exit_code = ExitCode.NOTHING_FOUND
    what = N_("{what} is not in {name}.")
    next_step = N_("Run `plugsmith dump info` on the file to see what it holds.")


class InputError(PlugsmithError):
    """The input file is not what it must be."""

    code = "PS-INPUT"
    exit_code = ExitCode.BAD_INPUT
    what = N_("{name} cannot be used: {problem}.")
    next_step = N_("Check that this is the right file; read the device again if it is.")


class InputMissing(InputError):
    """The file does not exist or cannot be read."""

    code = "PS-INPUT-MISSING"
    what = N_("The file {name} cannot be read: {problem}.")
    next_step = N_("Check the path and the permissions of the file.")


class InputEmpty(InputError):
    """The file has no bytes."""

    code = "PS-INPUT-EMPTY"
    what = N_("{name} is empty: it has no bytes at all.")
    next_step = N_("The read or the download failed; make the file again.")


class InputTooLarge(InputError):
    """The file is longer than what is read of such a file."""

    code = "PS-INPUT-TOO-LARGE"
    what = N_("{name} has {size} bytes or more; of such a file at most {limit} are read.")
    next_step = N_("Give the dump, image or text itself, not a disk image or an endless device.")


class TooManyInside(InputTooLarge):
    """An archive has more files, or a compressed file more parts in a row, than are read."""

    code = "PS-INPUT-TOO-MANY"
    what = N_("{name} holds more than {limit} files or parts; no more are read of one file.")
    next_step = N_("Unpack it yourself and give the file that you mean.")


class SeveralInside(InputError):
    """An archive holds no file, or several of which only one can be worked on."""

    code = "PS-INPUT-SEVERAL"
    what = N_("{name} is an archive with {count} files in it: {names}.")
    next_step = N_("Name one of them like a path, as in archive.zip/file.bin.")


class InputUnusable(InputError):
    """The file is understood so far as to say that it cannot be worked with."""

    code = "PS-INPUT-UNUSABLE"
    what = N_("{name} cannot be worked with: it is {kind}.")
    why = N_("{reason}")
    next_step = N_("{remedy}")

    def __init__(self, *, name: str, kind: str, reason: str, remedy: str = "") -> None:
        text = remedy or _("Run `plugsmith dump info` on the file to see what it is.")
        super().__init__(name=name, kind=kind, reason=reason, remedy=text)


class TextWithoutPins(InputError):
    """A text of letters in which no configuration was found."""

    code = "PS-INPUT-TEXT"
    what = N_("{name} is a text, but no pin configuration was found in it.")
    why = N_(
        "Looked for: the vendor's own notation, JSON in any dialect, its boot log, and the storage "
        "JSON of other tools."
    )
    next_step = N_(
        "Copy the whole configuration, from its first to its last brace, and try again; a part of "
        "it cannot be checked."
    )


class TextCut(InputError):
    """A text that breaks off before it says what is asked of it."""

    code = "PS-INPUT-TEXT-CUT"
    what = N_("{name} is cut: {kind} in it breaks off behind {key}.")
    why = N_("What stood behind that is missing, and nothing can replace it.")
    next_step = N_("Copy the whole text, from its first to its last brace, and try again.")


class TextChanged(InputError):
    """A text with a configuration that does not pass its own checksum."""

    code = "PS-INPUT-TEXT-CHANGED"
    what = N_(
        "{name} holds a configuration whose checksum disagrees: a character was lost or changed on "
        "the way."
    )
    next_step = N_(
        "Copy the text again from where it was shown first; `plugsmith dump config` lists what "
        "this one says."
    )


class Malformed(InputError):
    """A structure inside the input breaks its format; `offset` counts from its first byte."""

    code = "PS-INPUT-MALFORMED"
    what = N_("The {structure} is not well formed: {problem} (at offset {offset}).")
    next_step = N_(
        "The data is damaged or of another format: make or download the file again; if it is a "
        "dump, read the device again."
    )
