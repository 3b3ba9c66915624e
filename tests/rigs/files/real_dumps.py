"""The dumps of the corpus, and what a verb answers about a file on this computer."""

from __future__ import annotations

from corpus_place import corpus_root

import plugsmith
from plugsmith.api.session import Session
from plugsmith.api.verb import told
from plugsmith.errors import PlugsmithError
from plugsmith.events import ErrorEvent

DUMPS = sorted((corpus_root() / "factory").glob("*.bin"))


def natively(verb_name, request):
    """The data of the result, or the error line."""
    verb = plugsmith.verb(verb_name)
    given = verb.request_type(**request)
    try:
        return told(given, verb.run(Session(), given))
    except PlugsmithError as error:
        return ErrorEvent.of(error).as_json()


def placeless(value, name):
    """`value` without what only says where the file `name` lies."""
    if isinstance(value, dict):
        return {key: placeless(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [placeless(item, name) for item in value]
    return name if isinstance(value, str) and value.endswith(name) else value
