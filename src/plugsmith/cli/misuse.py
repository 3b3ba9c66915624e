"""What is wrong with a command line, in our words and the user's language.

typer tells it in English alone; its sentences are matched as a whole. One that is not known here
(of another typer) is passed on as it is.
"""

from __future__ import annotations

import re

from plugsmith.cli.first_contact import did_you_mean
from plugsmith.messages import N_, _

_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"No such command '(?P<name>.*)'\.", N_("there is no command {name}.")),
        (
            r"No such option: (?P<name>\S+)(?: Did you mean (?P<near>.+)\?)?",
            N_("there is no option {name}."),
        ),
        (
            r"No such option: (?P<name>\S+) \(Possible options: (?P<near>.+)\)",
            N_("there is no option {name}."),
        ),
        (r"Missing option (?:'-\w' / )?'(?P<name>[^']+)'.*", N_("the option {name} is missing.")),
        (r"Missing (?:argument|parameter):? '?(?P<name>[^']+)'?.*", N_("{name} is missing.")),
        (
            r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.+)\)",
            N_("nothing is expected where {name} stands."),
        ),
        (r"Option '(?P<name>[^']+)' requires an argument\.", N_("{name} needs a value.")),
        (r"Option '(?P<name>[^']+)' does not take a value\.", N_("{name} takes no value.")),
        (
            r"Invalid value for '(?P<name>[^']+)'(?:[^:(]|\(env var: '\w+'\))*: (?P<text>.+)",
            N_("{name}: {text}"),
        ),
    )
)


def in_our_words(problem: str) -> str:
    """The sentence of typer as one of ours, with the options that were probably meant."""
    for pattern, sentence in _SAID:
        found = pattern.fullmatch(problem)
        if found is None:
            continue
        given = found.groupdict()
        near = given.pop("near", None)
        told = _(sentence, **{key: text or "''" for key, text in given.items()})
        names = re.findall(r"[^\s,']+", near or "")
        return f"{told} {did_you_mean(given['name'], names)}".rstrip()
    return problem
