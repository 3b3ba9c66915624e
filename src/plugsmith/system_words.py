"""What the operating system refused, in words of the catalogue; its own speak another language."""

from __future__ import annotations

import errno
from typing import Final

from plugsmith.messages import N_, _

_WORDS: Final[dict[str, str]] = {
    "EACCES": N_("Permission denied"),
    "EPERM": N_("Operation not permitted"),
    "ENOENT": N_("No such file or directory"),
    "EEXIST": N_("File exists"),
    "EISDIR": N_("Is a directory"),
    "ENOTDIR": N_("Not a directory"),
    "ENOTEMPTY": N_("Directory not empty"),
    "ENAMETOOLONG": N_("File name too long"),
    "ELOOP": N_("Too many levels of symbolic links"),
    "EXDEV": N_("Invalid cross-device link"),
    "EINVAL": N_("Invalid argument"),
    "ENXIO": N_("No such device or address"),
    "ENODEV": N_("No such device"),
    "EROFS": N_("Read-only file system"),
    "ENOSPC": N_("No space left on device"),
    "EDQUOT": N_("Disk quota exceeded"),
    "EFBIG": N_("File too large"),
    "EMFILE": N_("Too many open files"),
    "ENFILE": N_("Too many open files in system"),
    "EMLINK": N_("Too many links"),
    "ENOMEM": N_("Cannot allocate memory"),
    "EIO": N_("Input/output error"),
    "ESTALE": N_("Stale file handle"),
    "EBUSY": N_("Device or resource busy"),
    "ETXTBSY": N_("Text file busy"),
    "ENOEXEC": N_("Exec format error"),
    "EPIPE": N_("Broken pipe"),
    "EAGAIN": N_("Resource temporarily unavailable"),
    "EADDRINUSE": N_("Address already in use"),
    "EADDRNOTAVAIL": N_("Cannot assign requested address"),
    "EAFNOSUPPORT": N_("Address family not supported by protocol"),
    "ECONNREFUSED": N_("Connection refused"),
    "ECONNRESET": N_("Connection reset by peer"),
    "EHOSTUNREACH": N_("No route to host"),
    "ENETUNREACH": N_("Network is unreachable"),
    "ETIMEDOUT": N_("Connection timed out"),
}
_BY_NUMBER: Final = {
    getattr(errno, name): words for name, words in _WORDS.items() if hasattr(errno, name)
}
_RESOLVERS: Final = {"gaierror", "herror"}


def system_words(problem: Exception) -> str:
    """Why the system refused, in the user's language: usual refusals in words, others by number.

    Only the system's own numbers are looked up: a resolver and a cipher count in another way.
    """
    if not isinstance(problem, OSError) or problem.errno is None:
        return _("an error of the kind {name}", name=type(problem).__name__)
    if type(problem).__name__ in _RESOLVERS:
        return _("its name is not known")
    number = problem.errno
    if type(problem).__module__ == "builtins" and number in _BY_NUMBER:
        return _(_BY_NUMBER[number])
    return _("error {number} of the system", number=number)
