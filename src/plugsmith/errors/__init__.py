"""The error tree. One module an area; every class has a stable code, an exit code and a next step.

PlugsmithError
  UsageError, Cancelled, Defect          base.py
  PortError      ...                     port.py    (exit 3)
  LinkError      ...                     link.py    (exit 4)
  SafetyRefusal  ...                     safety.py  (exit 5)
  TransferError  VerifyError ...         flash.py   (exit 6, 7)
  NothingFound   InputError ...          content.py (exit 8, 9)
"""

from plugsmith.errors.base import (
    Cancelled,
    Defect,
    ExitCode,
    Fact,
    PlugsmithError,
    UsageError,
    concrete_errors,
)
from plugsmith.errors.content import (
    InputEmpty,
    InputError,
    InputMissing,
    InputTooLarge,
    InputUnusable,
    Malformed,
    NothingFound,
)

__all__ = [
    "Cancelled",
    "Defect",
    "ExitCode",
    "Fact",
    "InputEmpty",
    "InputError",
    "InputMissing",
    "InputTooLarge",
    "InputUnusable",
    "Malformed",
    "NothingFound",
    "PlugsmithError",
    "UsageError",
    "concrete_errors",
]
