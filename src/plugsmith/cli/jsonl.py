"""Events as JSON lines on stdout."""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, TextIO

from plugsmith.visible import json_safe

if TYPE_CHECKING:
    from plugsmith.events import Event


class JsonSink:
    """Writes one JSON object per event and line; safe to use from several threads."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        """Print the event and flush, so that a reading program sees it at once."""
        line = json_safe(json.dumps(event.as_json(), ensure_ascii=False, separators=(", ", ": ")))
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing to tidy up."""
