"""Where the words for each verb's result are: a function from the typed result to text."""

from __future__ import annotations

from plugsmith.cli.command import Words

_DUMP = "plugsmith.cli.dump.text"

WORDS: dict[str, Words] = {
    "dump config": Words(
        home="plugsmith.cli.dump.config_text",
        render="config_text",
        shown="plugsmith.cli.dump.shown:ConfigShown",
    ),
    "dump info": Words(home=_DUMP, render="info_text"),
    "dump records": Words(home=_DUMP, render="records_text"),
}
