"""A pytest plugin: what a flash says is worked out once for the same bytes.

Thousands of tests meet the same forged flash, and each flow judges its backup and reads its pins
again. These judgements are pure (tests/arch/test_arch_purity.py holds it) and their results are
frozen, so that a process may remember the last ones, for each language. Tests of the judgements
themselves give bytes of their own.
"""

from __future__ import annotations

import sys
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

from plugsmith.dump import health
from plugsmith.dump.recovery import recover
from plugsmith.dump.survey import survey
from plugsmith.messages import language

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT = 24  # of flashes of 2 MiB, for each judgement
_JUDGEMENTS = ((survey, "survey"), (recover, "recover"), (health, "judge_backup"))


def remembering(judgement: Callable[..., Any]) -> Callable[..., Any]:
    """The same judgement, which knows its last answers."""

    @lru_cache(maxsize=_KEPT)
    def kept(_language: str, *args: Any, **named: Any) -> Any:
        return judgement(*args, **named)

    @wraps(judgement)
    def answer(*args: Any, **named: Any) -> Any:
        return kept(language(), *args, **named)

    return answer


def pytest_configure() -> None:
    """Before any test module is imported, so that all of them take what remembers."""
    for module, name in _JUDGEMENTS:
        plain = getattr(module, name)
        if plain.__code__.co_filename == __file__:  # a test started pytest again
            continue
        kept = remembering(plain)
        for other in list(sys.modules.values()):
            if getattr(other, name, None) is plain:
                setattr(other, name, kept)
