"""What somebody sees who has typed `plugsmith` for the first time, or has mistyped a verb."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# (what you have, what to type), in the order of the table of verbs
_STARTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        N_("A plug on wires"),
        (
            ("plugsmith doctor", N_("is anything there? what to do if not")),
            ("plugsmith backup", N_("a proven copy of all that is in it")),
            ("plugsmith flash", N_("OpenBeken instead of the vendor's firmware")),
        ),
    ),
    (
        N_("A dump or a firmware file"),
        (
            ("plugsmith dump config FILE", N_("which pin does what")),
            ("plugsmith dump sanitize FILE -o OUT", N_("a copy that is safe to share")),
            ("plugsmith image info FILE", N_("what it is, by its content")),
        ),
    ),
    (
        N_("A device that runs OpenBeken"),
        (
            ("plugsmith device scan", N_("find it in your network")),
            ("plugsmith device apply HOST TEMPLATE", N_("set it up")),
            ("plugsmith device backup HOST", N_("keep its settings and files")),
        ),
    ),
)
# verbs by what they are about, for the list of commands
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        N_("Your plug"),
        (
            "ports", "doctor", "console", "info", "backup", "flash", "restore",
            "read", "write", "erase", "verify", "reset", "health", "rf", "unbrick",
        ),
    ),
    (N_("Files"), ("backups", "dump", "image", "template", "obk")),
    (N_("Running devices"), ("device",)),
    (N_("In the browser"), ("ui",)),
    (N_("Plugsmith itself"), ("config", "support")),
    (N_("Practice"), ("demo", "sim")),
)  # fmt: skip


def guide(columns: int) -> str:
    """What do you have, and the three commands for it."""
    from plugsmith.cli.layout import paragraph

    lines = [_("What do you have?"), ""]
    width = max(len(command) for _title, rows in _STARTS for command, _words in rows)
    longest = max(len(_(words)) for _title, rows in _STARTS for _command, words in rows)
    for title, rows in _STARTS:
        lines.append(_(title))
        for command, words in rows:
            if width + longest + 4 <= columns:
                lines.append(f"  {command:<{width}}  {_(words)}")
            else:
                lines += [f"  {command}", paragraph(_(words), columns, indent="      ")]
        lines.append("")
    closing = (
        _("Nothing at hand? plugsmith demo does the whole job on a simulated plug."),
        _("Rather with a mouse? plugsmith ui opens all of it in your browser."),
        _("All commands: plugsmith --help. One of them: plugsmith help backup."),
    )
    lines += [paragraph(text, columns) for text in closing]
    return "\n".join(lines) + "\n"


def asked_page(args: Sequence[str], columns: int) -> str | None:
    """The page or error that `help WORD` asks for; None for anything else."""
    if len(args) != 2 or args[0] != "help":
        return None
    from plugsmith.api.table import BY_NAME, GROUPS

    if args[1] in BY_NAME or args[1] in GROUPS:
        return None
    from plugsmith.cli.help.pages import page_of

    return page_of(args[1], columns)


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """A sentence that names what was probably meant, or nothing."""
    close: Sequence[str] = difflib.get_close_matches(typed, dict.fromkeys(known), n=3, cutoff=0.6)
    return _("Did you mean {names}?", names=", ".join(close)) if close else ""


# how other tools of the field call what one of our verbs does
_EVERYWHERE = {"--json", "-v", "--verbose", "-q", "--quiet", "-y", "--yes"}
_ELSEWHERE = {
    "read_flash": "backup", "read-flash": "backup", "flash_read": "backup", "dump_flash": "backup",
    "write_flash": "flash", "write-flash": "flash", "flash_write": "flash", "program": "flash",
    "erase_flash": "erase", "erase-flash": "erase", "erase_region": "erase",
    "erase-region": "erase", "verify_flash": "verify", "verify-flash": "verify",
    "chip_info": "info", "chip-info": "info", "chip_id": "info", "chip-id": "info",
    "flash_id": "info", "flash-id": "info", "read_mac": "rf show", "read-mac": "rf show",
    "image_info": "image info", "image-info": "image info", "dissect_dump": "dump extract",
    "decrypt": "dump extract", "scan": "device scan", "list": "ports", "monitor": "console",
    "hard_reset": "reset", "run": "reset", "gui": "ui",
}  # fmt: skip


def known_elsewhere(typed: str) -> str:
    """Which verb of ours does what another tool calls `typed`, as a sentence; empty if none."""
    verb = _ELSEWHERE.get(typed.casefold())
    return _("Here it is called: plugsmith {verb}", verb=verb) if verb else ""


def as_options(args: Sequence[str]) -> list[str]:
    """`help VERB ...` written as `VERB ... --help`; everything else as it is."""
    words = _flags_behind(list(args))
    if words[:1] == ["support"]:
        return _verb_apart(words)
    return [*words[1:], "--help"] if words[:1] == ["help"] else words


def _flags_behind(words: list[str]) -> list[str]:
    """`--json dump info FILE` as `dump info --json FILE`: flags of every verb may stand first."""
    if words[0] not in _EVERYWHERE and (len(words) < 2 or words[1] not in _EVERYWHERE):
        return words
    from plugsmith.api.table import GROUPS

    flags: list[str] = []
    names: list[str] = []
    for at, word in enumerate(words):
        if word in _EVERYWHERE:
            flags.append(word)
            continue
        names.append(word)
        if " ".join(names) not in GROUPS:
            return [*names, *flags, *words[at + 1 :]] if flags else words
    return words


def _verb_apart(words: list[str]) -> list[str]:
    """`support -o FILE info --port X` with a mark before the verb, whose options are its own."""
    at = 1
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            return words
        at += 2 if words[at] in {"-o", "--output"} else 1
    return [*words[:at], "--", *words[at:]] if at < len(words) else words
