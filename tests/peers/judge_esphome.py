"""Runs in ESPHome's own environment: checks many configurations in one process.

It does what `esphome config FILE` does before it prints the result; starting the program for each
file takes five times as long. usage: judge_esphome.py FILE...; prints one JSON object a file.
"""

import contextlib
import io
import json
import logging
import sys
from pathlib import Path

from esphome.config import read_config
from esphome.core import CORE

logging.disable(logging.CRITICAL)
for name in sys.argv[1:]:
    CORE.reset()
    CORE.config_path = Path(name)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            valid = read_config({}) is not None
        except Exception as problem:  # noqa: BLE001 - whatever it is, the file is not accepted
            valid = False
            said.write(repr(problem))
    answer = {"file": name, "valid": valid, "said": said.getvalue()[-1500:]}
    sys.stdout.write(json.dumps(answer) + "\n")
