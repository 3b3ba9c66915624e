"""How a field of a request is told to people: its words, limits and names, declared once.

The command line makes its options of these, the documents their tables, the page its forms. A field
is an option `--its-name` unless it says `argument`; its type is the field's annotation.
"""

from __future__ import annotations

from dataclasses import MISSING, field, fields
from enum import StrEnum
from functools import cache
from typing import (
    TYPE_CHECKING,
    Any,
    TypeVar,
    cast,
    dataclass_transform,
    get_args,
    get_type_hints,
)

from plugsmith.messages import N_
from plugsmith.records import frozen, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.records import Record

T = TypeVar("T")
_KEY = "option"


class Panel(StrEnum):
    """What an option is about; help shows the options in these groups."""

    WHAT = "what"
    SAFETY = "safety"
    LINK = "link"
    OUTPUT = "output"


@frozen
class Words:
    """What is said about a field. `flags` replace `--its-name`; `least` and `most` include.

    `judge` names the function of `api/judges.py` that every given value must pass before the verb
    begins; `choices` are all the words that the field takes. `private`: no report tells its value.
    """

    help: str
    flags: tuple[str, ...] = ()
    metavar: str | None = None
    env: str | None = None
    least: float | None = None
    most: float | None = None
    argument: bool = False
    panel: Panel = Panel.WHAT
    judge: str = ""
    choices: tuple[str, ...] = ()
    private: bool = False
    config: str = ""  # the key of the configuration file that holds where nothing is given


@frozen
class Parameter:
    """A field of a request with its type and words; `default` is MISSING where it is required."""

    name: str
    type: Any
    words: Words
    default: Any

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is MISSING

    @property
    def shown(self) -> str:
        """What people call it: `--start`, or `FILE` where it stands without a flag."""
        if self.words.argument:
            return self.words.metavar or self.name.upper()
        longest = [flag for flag in self.words.flags if flag.startswith("--")]
        return longest[0].partition("/")[0] if longest else f"--{self.name.replace('_', '-')}"

    @property
    def written(self) -> tuple[str, ...]:
        """Every way to write it in a command; none where it stands without a flag."""
        return () if self.words.argument else self.words.flags or (self.shown,)

    @property
    def plain_type(self) -> Any:
        """The type without `| None`; `tuple[str, ...]` stays."""
        inner = [item for item in get_args(self.type) if item is not type(None)]
        optional = type(None) in get_args(self.type)
        return inner[0] if optional else self.type

    @property
    def many(self) -> bool:
        """Whether it can be given several times."""
        return getattr(self.plain_type, "__origin__", None) is tuple


def option(*flags: str, help: str, default: Any = MISSING, **words: Any) -> Any:  # noqa: A002
    """A field that is an option: `option("--port", "-p", default=None, help=N_("..."))`."""
    return _declared(default, Words(help=help, flags=flags, **words))


def argument(*, help: str, default: Any = MISSING, **words: Any) -> Any:  # noqa: A002
    """A field that stands in the command without a flag."""
    return _declared(default, Words(help=help, argument=True, **words))


def new_file(*, help: str = N_("The file to write.")) -> Any:  # noqa: A002
    """`-o`, `--output`: a file that is made and must not be there yet; None if left out."""
    words = Words(
        help=help,
        flags=("-o", "--output"),
        metavar="FILE",
        judge="new-file",
        panel=Panel.OUTPUT,
    )
    return _declared(None, words)


def via_program(*, help: str) -> Any:  # noqa: A002
    """An installed program that works on another maker's chip."""
    return option(default=None, metavar="PROGRAM", choices=("esptool", "ltchiptool"), help=help)


def any_chip() -> Any:
    """The expected chip where another maker's is possible, too."""
    return option(
        "--chip",
        default=None,
        env="PLUGSMITH_CHIP",
        config="chip",
        metavar="CHIP",
        judge="any-chip",
        panel=Panel.LINK,
        help=N_("The chip that you expect; only compared with the one that is found."),
    )


def _declared(default: Any, words: Words) -> Any:
    if default is MISSING:
        return field(metadata={_KEY: words})
    return field(default=default, metadata={_KEY: words})


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(field, option, argument, new_file)
)
def request(cls: type[T]) -> type[T]:
    """Make a class the request of a verb: a frozen dataclass with named arguments.

    Without slots: a request may inherit from several (the link's options and the settings').
    """
    return record(cls)


def parameters(kind: type[Record]) -> tuple[Parameter, ...]:
    """The fields of a request in the order in which they are shown: own ones, then inherited."""
    return _parameters(cast("Any", kind))


@cache
def _parameters(kind: Any) -> tuple[Parameter, ...]:
    types = get_type_hints(kind)
    places = _places(kind)
    found = [
        Parameter(
            name=item.name,
            type=types[item.name],
            words=item.metadata[_KEY],
            default=item.default,
        )
        for item in fields(kind)
        if _KEY in item.metadata
    ]
    return tuple(sorted(found, key=lambda item: places(item.name)))


def _places(kind: type[Record]) -> Callable[[str], tuple[bool, int]]:
    """Arguments first, then the fields of each class from the request itself upwards."""
    names = [name for each in kind.__mro__ for name in vars(each).get("__annotations__", ())]
    positional = {
        item.name
        for item in fields(kind)  # type: ignore[arg-type]  # every request is a dataclass
        if _KEY in item.metadata and item.metadata[_KEY].argument
    }
    return lambda name: (name not in positional, names.index(name))
