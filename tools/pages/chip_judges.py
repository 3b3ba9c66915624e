"""Who but us judged what we do with each chip, and in which tests that is repeated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Judge:
    """`text` for people; `tests` are files of this repository."""

    text: str
    tests: tuple[str, ...]


_WIRE = "tests/emu/test_emu_differential.py"
_TOOLS = "tests/peers/test_sim_with_peers.py"
_DUMPS = "tests/corpus/test_dump_corpus.py"
_BUILDS = "tests/corpus/test_image_truth.py"
_EXECUTED = "vendor boot code, executed: the same wire exchanges"
_LATER = Judge(
    "bk7231tools and ltchiptool read the same bytes from our simulated chip; nothing is written",
    (
        "tests/peers/test_later_chips_with_bk7231tools.py",
        "tests/peers/test_later_chips_with_ltchiptool.py",
    ),
)
_BUILD_ALONE = Judge("a real build; over the wires nobody but us", (_BUILDS,))
JUDGES = {
    "BK7231T": Judge(
        f"{_EXECUTED}; bk7231tools and ltchiptool read and write our simulated chip; real dumps "
        "and builds",
        (_WIRE, _TOOLS, "tests/peers/test_via_ltchiptool.py", _DUMPS, _BUILDS),
    ),
    "BK7231U": Judge(
        f"{_EXECUTED}; both tools know the protocol of our simulated chip; a real build",
        (_WIRE, _TOOLS, _BUILDS),
    ),
    "BK7231Q": Judge(
        f"{_EXECUTED}; both tools know the protocol of our simulated chip; one real dump",
        (_WIRE, _TOOLS, _DUMPS),
    ),
    "BK7231N": Judge(
        "bk7231tools and ltchiptool read and write our simulated chip; real dumps and builds",
        (_TOOLS, "tests/peers/test_via_ltchiptool.py", _DUMPS, _BUILDS),
    ),
    "BK7231M": _BUILD_ALONE,
    "BK7238": _BUILD_ALONE,
    "BK7236": _LATER,
    "BK7258": _LATER,
    "BK7239N": _LATER,
}
NOBODY = Judge("nobody but us", ())
