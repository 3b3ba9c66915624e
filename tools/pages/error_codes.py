"""docs/error-codes.md from the error tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pages.markdown import NOTICE
from plugsmith.errors import ExitCode, PlugsmithError, concrete_errors
from plugsmith.messages import _, speaking

if TYPE_CHECKING:
    from collections.abc import Mapping

EXIT_MEANING = {
    ExitCode.DONE: "done, and verified where there was something to verify",
    ExitCode.DEFECT: "a defect of Plugsmith",
    ExitCode.USAGE: "the command cannot be carried out as written",
    ExitCode.PORT: "the serial port: missing, busy, no permission, vanished",
    ExitCode.NO_LINK: "no link with the chip",
    ExitCode.REFUSED: "refused for safety",
    ExitCode.TRANSFER: "the transfer failed after all retries",
    ExitCode.VERIFY: "verification failed, or the device was seen not to boot",
    ExitCode.NOTHING_FOUND: "understood, but what was asked for is not in it",
    ExitCode.BAD_INPUT: "the input file is not what it must be",
    ExitCode.NETWORK: "a network device did not answer or refused",
    ExitCode.INTERRUPTED: "interrupted",
}


_FORMS = re.compile(r"\{\w+:([^{}]*\|[^{}]*)\}")
_INTRO = """Every failure has a stable code, an exit code and a next step. Words in braces are
filled in when the error is shown; with `--json` they are also in `data`.
"""
_POLISH_INTRO = """Każde niepowodzenie ma stały kod, kod wyjścia i następny krok. Słowa w nawiasach
klamrowych są wypełniane, gdy błąd jest pokazywany; z `--json` są też w `data`. Przyczyna po
angielsku to opis, którego program nie pokazuje.
"""
_WORDS: dict[str, dict[object, str]] = {
    "en": {
        "title": "Error codes",
        "intro": _INTRO,
        "exits": "Exit codes",
        "codes": "Codes",
        "exit": "Exit code",
        "seen": "What you see",
        "cause": "Cause",
        "remedy": "Remedy",
        "named": "the message names the exact command or step for your case.",
    },
    "pl": {
        "title": "Kody błędów",
        "intro": _POLISH_INTRO,
        "exits": "Kody wyjścia",
        "codes": "Kody",
        "exit": "Kod wyjścia",
        "seen": "Co widzisz",
        "cause": "Przyczyna",
        "remedy": "Co robić",
        "named": "komunikat podaje dokładne polecenie albo krok dla twojego przypadku.",
        ExitCode.DONE: "zrobione, a gdzie było co sprawdzać, sprawdzone",
        ExitCode.DEFECT: "usterka Plugsmith",
        ExitCode.USAGE: "polecenia w tej postaci nie da się wykonać",
        ExitCode.PORT: "port szeregowy: brak, zajęty, bez uprawnień, zniknął",
        ExitCode.NO_LINK: "brak połączenia z układem",
        ExitCode.REFUSED: "odmowa dla bezpieczeństwa",
        ExitCode.TRANSFER: "przesyłanie nie udało się po wszystkich próbach",
        ExitCode.VERIFY: "weryfikacja się nie udała albo widziano, że urządzenie nie startuje",
        ExitCode.NOTHING_FOUND: "zrozumiano, ale nie ma w tym tego, o co proszono",
        ExitCode.BAD_INPUT: "plik wejściowy nie jest tym, czym musi być",
        ExitCode.NETWORK: "urządzenie w sieci nie odpowiedziało albo odmówiło",
        ExitCode.INTERRUPTED: "przerwano",
    },
}


def page(language: str = "en") -> str:
    """The whole page; in another language with the texts of the catalogue."""
    words = _WORDS[language]
    with speaking(language):
        parts = [
            NOTICE,
            f"# {words['title']}\n",
            words["intro"],
            f"## {words['exits']}\n",
            *(f"- **{int(item)}**: {words.get(item, text)}" for item, text in EXIT_MEANING.items()),
            f"\n## {words['codes']}\n",
        ]
        parts += [_entry(cls, words) for cls in concrete_errors()]
    return "\n".join(parts)


def _entry(cls: type[PlugsmithError], words: Mapping[object, str]) -> str:
    cause = _(cls.why) if _says_something(cls.why) else _first_line(cls.__doc__)
    lines = [
        f"### {cls.code}\n",
        f"- {words['exit']}: {int(cls.exit_code)}",
        f"- {words['seen']}: {_shown(_(cls.what))}",
        f"- {words['cause']}: {_shown(cause)}",
        f"- {words['remedy']}: {_remedy(cls, words)}",
    ]
    return "\n".join(lines) + "\n"


def _remedy(cls: type[PlugsmithError], words: Mapping[object, str]) -> str:
    return _shown(_(cls.next_step)) if _says_something(cls.next_step) else words["named"]


def _shown(text: str) -> str:
    """A text with its words that count in one form: `{n} {n:one|many}` is `{n} many`."""
    return _FORMS.sub(lambda found: found[1].rpartition("|")[2], text)


def _says_something(template: str) -> bool:
    """Whether a template is more than one field to be filled in."""
    return bool(template) and not (template.startswith("{") and template.endswith("}"))


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if text else ""
