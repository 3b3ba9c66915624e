"""Build the documentation site: docs/ and what is made from the facts, in English and Polish.

    python tools/make_site.py [FOLDER]     (default: dist/site; environment: locks/site.txt)

A page `NAME.pl.md` is the Polish one of `NAME.md`; without it the English one stands there. Beside
the pages of docs/: where to solder (a picture of each module that we can draw), the verbs in
Python, error codes in every language. A link that leads nowhere ends it with exit code 1. The
result is plain files for any web server; nothing is fetched from elsewhere.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pages import api, error_codes, wiring

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
WORK = ROOT / "build" / "site"
#: language -> its name, and where its site lies
LANGUAGES = {"en": ("English", "."), "pl": ("Polski", "pl")}
TITLES = {
    "pl": {
        "First steps": "Pierwsze kroki",
        "Home": "Start",
        "Your first plug": "Pierwsze gniazdko",
        "With a mouse": "Myszą",
        "Nothing to install": "Bez instalowania",
        "Where to solder": "Gdzie lutować",
        "No answer?": "Brak odpowiedzi?",
        "Put the original back": "Przywróć oryginał",
        "Share a dump": "Udostępnij zrzut",
        "Many devices": "Wiele urządzeń",
        "Questions": "Pytania",
        "How do you know?": "Skąd to wiadomo?",
        "Error codes": "Kody błędów",
        "In depth": "Szczegóły",
        "Formats and facts": "Formaty i fakty",
        "For programs": "Dla programów",
        "The project": "Projekt",
    }
}
#: a link out of docs/ leads to nothing on the site; the words stay
_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+(?!docs/)[^)#]*(?:#[^)]*)?\)")
_TRANSLATED = re.compile(r"\.([a-z]{2})\.md$")


def lay_out(folder: Path, language: str) -> None:
    """Everything that the site of a language consists of, as Markdown in one folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder)
    for path in sorted(folder.rglob("*.md")):
        found = _TRANSLATED.search(path.name)
        if found:
            if found[1] == language:
                path.replace(path.with_name(_TRANSLATED.sub(".md", path.name)))
            else:
                path.unlink()
    for path in folder.glob("*.md"):  # docs/facts links to ../page.md, which is on the site
        text = path.read_text(encoding="utf-8")
        path.write_text(_OUTSIDE.sub(r"\1", text), encoding="utf-8")
    made = {"api": api.page(), "wiring": wiring.page(language)}
    made["error-codes"] = error_codes.page(language)
    for name, text in made.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "modules").mkdir()
    for name, picture in wiring.pictures(folder / "modules", language).items():
        (folder / "modules" / f"{name}.svg").write_text(picture, encoding="utf-8")


def settings(language: str) -> dict[str, Any]:
    """The configuration for a language: docs-site.yml with its folders and its words."""
    found = dict(YAML(typ="safe").load((ROOT / "docs-site.yml").read_text(encoding="utf-8")))
    words = TITLES.get(language, {})
    found["nav"] = _in_words(found["nav"], words)
    found["theme"]["language"] = language
    found |= {"docs_dir": language, "site_dir": f"{language}-site"}
    up = "../" if LANGUAGES[language][1] != "." else ""
    found["extra"] = {
        "alternate": [
            {"name": name, "link": f"{up}{place}/", "lang": code}
            for code, (name, place) in LANGUAGES.items()
        ]
    }
    return found


def _in_words(entry: Any, words: dict[str, str]) -> Any:
    if isinstance(entry, list):
        return [_in_words(item, words) for item in entry]
    if isinstance(entry, dict):
        return {words.get(name, name): _in_words(item, words) for name, item in entry.items()}
    return entry


def main() -> int:
    """Lay out, build, complain about everything that does not lead anywhere."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist" / "site").resolve()
    shutil.rmtree(target, ignore_errors=True)
    for language, (_name, place) in LANGUAGES.items():
        config = WORK / f"{language}.yml"
        lay_out(WORK / language, language)
        with config.open("w", encoding="utf-8") as file:
            YAML().dump(settings(language), file)
        tool = str(Path(sys.executable).parent / "zensical")
        words = [tool, "build", "--strict", "--clean", "-f", str(config)]
        done = subprocess.run(words, check=False)
        if done.returncode:
            return done.returncode
        shutil.copytree(WORK / f"{language}-site", target / place, dirs_exist_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
