"""Translators' tool: what a language lacks, where a sentence stands in the code, and its file.

texts.py update LANGUAGE    write src/plugsmith/locale/LANGUAGE/LC_MESSAGES/plugsmith.po: every
                            sentence of the catalogue, those that are new without a text yet
texts.py missing LANGUAGE   the sentences without a text, each with the lines that say it
texts.py show WORDS         the sentences that hold these words, with their lines and texts
texts.py check LANGUAGE     what cannot be right: fields, forms of words, blanks; exit code 8
"""

from __future__ import annotations

import io
import string
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).parent))

from plugsmith.messages import LOCALE_DIR
from plugsmith.plurals import forms_of

ROOT = Path(__file__).resolve().parents[1]
_PLACES = (("src/plugsmith", "*.py"), ("page/src", "*.ts*"))
_HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
_BEGINNING = 28  # letters of a sentence that are looked for; the code may break it behind them


def file_of(language: str) -> Path:
    """Where the texts of a language stand."""
    return LOCALE_DIR / language / "LC_MESSAGES" / "plugsmith.po"


def texts_of(path: Path) -> dict[str, str]:
    """English sentence -> its text, empty where there is none; an unknown file holds none."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        entries = list(read_po(file))
    return {
        str(entry.id): "" if entry.fuzzy else str(entry.string) for entry in entries if entry.id
    }


def sentences() -> list[str]:
    """Every sentence of the catalogue, sorted."""
    return sorted(texts_of(LOCALE_DIR / "plugsmith.pot"))


def update(language: str) -> str:
    """The file of a language as it must be: the catalogue's sentences and no others."""
    known = texts_of(file_of(language))
    catalog = Catalog(project="plugsmith", charset="utf-8")
    for sentence in sentences():
        catalog.add(sentence, known.get(sentence, ""))
    text = io.BytesIO()
    write_po(text, catalog, width=100, no_location=True, omit_header=True, sort_output=True)
    return _HEAD + text.getvalue().decode("utf-8")


def faults(sentence: str, text: str, language: str) -> list[str]:
    """What is wrong with a text by its form; empty: nothing."""
    found = []
    try:
        wanted, has = _fields(sentence), _fields(text)
    except ValueError as error:
        return [f"braces: {error}"]
    if {name for name, _spec in wanted} != {name for name, _spec in has}:
        found.append("other fields than the English sentence")
    for name, spec in has:
        if "|" in spec and spec.count("|") + 1 != forms_of(language):
            found.append(f"{name}: {spec.count('|') + 1} forms instead of {forms_of(language)}")
        elif "|" not in spec and (name, spec) not in wanted:
            found.append(f"{name} is written in another way")
    if (sentence[:1].isspace(), sentence[-1:].isspace()) != (
        text[:1].isspace(),
        text[-1:].isspace(),
    ):
        found.append("other blanks at its ends")
    if sentence.count("\n") != text.count("\n"):
        found.append("other line breaks")
    if any(mark in sentence and mark not in text for mark in _kept(sentence)):
        found.append("a command or an option is missing")
    return found


def _fields(text: str) -> set[tuple[str, str]]:
    if "{" not in text.replace("{{", ""):
        return set()
    parts = string.Formatter().parse(text)
    return {(name, f"{kind or ''}{spec or ''}") for _lead, name, spec, kind in parts if name}


def _kept(sentence: str) -> set[str]:
    """What a translation must hold letter by letter: options, and commands in back quotes."""
    words = sentence.replace("`", " ").replace("(", " ").split()
    options = {word.strip(".,:;)") for word in words if word.startswith("--") and len(word) > 2}
    return {option.partition("=")[0] for option in options}


def places(sentence: str) -> list[str]:
    """The lines of the code that say a sentence, as file:line."""
    start = sentence[:_BEGINNING].partition("\n")[0]
    found = []
    for folder, pattern in _PLACES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [
                f"{path.relative_to(ROOT)}:{at}: {line.strip()[:90]}"
                for at, line in enumerate(lines, 1)
                if start in line
            ]
    return found[:5]


def main() -> int:
    """Do what was asked."""
    match sys.argv[1:]:
        case ["update", language]:
            target = file_of(language)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(update(language), encoding="utf-8")
        case ["missing", language]:
            known = texts_of(file_of(language))
            for sentence in (each for each in sentences() if not known.get(each)):
                print(repr(sentence), *places(sentence), sep="\n    ")
        case ["show", *words]:
            for sentence in (each for each in sentences() if all(word in each for word in words)):
                told = [
                    f"{path.parts[-3]}: {texts_of(path).get(sentence) or '-'}" for path in _all()
                ]
                print(repr(sentence), *told, *places(sentence), sep="\n    ")
        case ["check", language]:
            known = texts_of(file_of(language))
            wrong = {each: faults(each, text, language) for each, text in known.items() if text}
            for sentence, told in wrong.items():
                if told:
                    print(repr(sentence), *told, sep="\n    ")
            return 8 if any(wrong.values()) else 0
        case _:
            print(__doc__)
            return 2
    return 0


def _all() -> list[Path]:
    return sorted(LOCALE_DIR.glob("*/LC_MESSAGES/plugsmith.po"))


if __name__ == "__main__":
    sys.exit(main())
