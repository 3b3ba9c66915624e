"""The commands in the code blocks of the documentation."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([*_ROOT.glob("docs/*.md"), _ROOT / "README.md"])
#: examples for values that stand for what the reader has
PLACEHOLDERS = {"VERB", "N", "NAME", "WORD", "PAGE", "ADDRESS", "..."}
_COMMAND = re.compile(r"^ *(?:\$ )?(plugsmith [a-z].*)$", re.MULTILINE)
_BLOCK = re.compile(r"^(?:```[a-z]*\n.*?^```|(?: {4,}\S.*\n)+)", re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[list[str]]:
    """The commands of a page in their order, without `plugsmith`, remarks and redirections."""
    found = []
    for block in _BLOCK.findall(text):
        joined = re.sub(r"\\\n\s*", " ", block)
        for line in _COMMAND.findall(joined):
            words = shlex.split(re.split(r" {2,}", line)[0], comments=True)  # then a remark
            cut = next(
                (at for at, word in enumerate(words) if word in "|>&&;" or word == "2>"), None
            )
            found.append([word for word in words[1:cut] if word])
    return found
