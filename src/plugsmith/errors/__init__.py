"""The error tree: one module an area; each class has a stable code, exit code and next step.

This page offers the base classes and the kinds that every area uses; docs/error-codes.md, which
is generated, lists them all.
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
