"""api.md: every verb as Python sees it, from the table of verbs."""

from __future__ import annotations

import plugsmith
from plugsmith.api.options import parameters

_INTRO = """# The verbs in Python

The command line and the page call the same verbs; so can your program. A verb takes a request (a
frozen dataclass, checked when it runs), reports to a session, and returns a result or raises
`PlugsmithError`, which has `code`, `exit_code` and a next step. Three whole programs lie in
`examples/` of the sources and run as tests.

```python
import plugsmith

verb = plugsmith.verb("dump config")
result = verb.run(plugsmith.Session(), verb.request_type(files=("plug.bin",)))
print(result.as_data()["template"]["pins"])
```

`Session(sink=...)` gets every event (progress, warnings, questions) as it happens; `answer=`
answers questions and `cancel=` stops. The types are shipped (`py.typed`). What is not on this page
or in [scripting.md](scripting.md) may change without notice.
"""


def page() -> str:
    """The whole page."""
    parts = [_INTRO]
    for verb in plugsmith.verbs():
        request = verb.request_type
        parts.append(f"## {verb.name}\n")
        parts.append(f"{verb.summary}\n")
        results = " or ".join(f"`{kind.rpartition(':')[2]}`" for kind in verb.results)
        asks = "; it may ask" if verb.asks else ""
        parts.append(f"`{request.__module__}.{request.__name__}` -> {results or 'nothing'}{asks}\n")
        rows = [
            f"| `{item.name}` | {_kind(item.type)} | {_cell(item.words.help)} |"
            for item in parameters(request)
        ]
        if rows:
            parts.append("\n".join(("| Field | Type | Meaning |", "|---|---|---|", *rows)) + "\n")
    return "\n".join(parts)


def _kind(kind: object) -> str:
    words = getattr(kind, "__name__", None) if isinstance(kind, type) else None
    text = words or str(kind).replace("pathlib.", "").replace("typing.", "")
    return "`" + text.replace("|", "\\|") + "`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
