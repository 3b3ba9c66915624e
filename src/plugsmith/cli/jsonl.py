"""Events as JSON lines on stdout."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, TextIO

from plugsmith.cli.writer import StdoutGoneError, write_whole_line
from plugsmith.errors import PlugsmithError
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from plugsmith.events import Event


class JsonSink:
    """Writes one JSON object per event and line; safe to use from several threads.

    A reader that goes away does not stop the work: `trouble` says what happened to the stream.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self.trouble: PlugsmithError | StdoutGoneError | None = None

    def emit(self, event: Event) -> None:
        """Print the event and flush, so that a reading program sees it at once."""
        line = json_text(event.as_json(), separators=(", ", ": "))
        with self._lock:
            if self.trouble is not None:
                return
            try:
                write_whole_line(self._stream, line + "\n")
            except (PlugsmithError, StdoutGoneError) as trouble:
                self.trouble = trouble

    def close(self) -> None:
        """Nothing to tidy up."""
