"""Records that leave the program: requests, results, and the JSON that is made of them.

One rule for all: the fields of a `@record` are the JSON object's in the order of the class; enums
become their value, paths text, tuples lists. A declaration says what differs: `named("class")` is
the name in JSON, `sparse()` is left out while it is None, `spread()` is a mapping whose entries
stand in the object itself, `alone()` is the JSON without an object around it.
"""

from __future__ import annotations

from dataclasses import (
    MISSING,
    Field,
    FrozenInstanceError,
    dataclass,
    field,
    fields,
    is_dataclass,
)
from enum import Enum
from functools import cache
from operator import attrgetter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform

from plugsmith.errors.base import ExitCode

if TYPE_CHECKING:
    from plugsmith.errors.base import Fact

T = TypeVar("T")
_FEW = 8  # objects of a class that are made without compiling anything for it
_made: dict[type, int] = {}
_NAME, _SPARSE, _SPREAD, _ALONE = "json", "sparse", "spread", "alone"


class Record:
    """Base of the records; a subclass is decorated with `@record`."""

    def as_data(self) -> Fact:
        """The record as JSON data."""
        return fields_of(self)


class Result(Record):
    """What a verb gives back."""

    @property
    def exit_status(self) -> ExitCode:
        """The exit code of a command that ends with this result."""
        return ExitCode.DONE


def named(name: str, *, default: Any = MISSING) -> Any:
    """A field that JSON calls `name`."""
    return _declared({_NAME: name}, default)


def sparse(*, name: str | None = None, default: Any = MISSING) -> Any:
    """A field that JSON leaves out while it is None."""
    return _declared({_SPARSE: True} | ({_NAME: name} if name else {}), default)


def spread() -> Any:
    """A mapping whose entries stand in the object itself."""
    return field(metadata={_SPREAD: True})


def alone() -> Any:
    """The only field of a record whose JSON is this value, without an object around it."""
    return field(metadata={_ALONE: True})


def _declared(metadata: dict[str, object], default: Any) -> Any:
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(field, named, sparse, spread, alone),
)
def record(cls: type[T]) -> type[T]:
    """Make a class a frozen dataclass with named arguments; mypy holds callers to its fields.

    No slots: requests and results are put together from several bases. Its methods are shared by
    all records instead of compiled for each, which would be a third of the start of a command.
    """
    made = dataclass(kw_only=True, init=False, repr=False, eq=False)(_said(cls))
    for name, method in _METHODS.items():
        if name not in made.__dict__:
            setattr(made, name, method)
    return made


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """`@dataclass(frozen=True, slots=True, kw_only=True)` at a quarter of its cost when imported.

    What a class of many objects needs is compiled when the first of them have been made.
    """
    made = dataclass(kw_only=True, slots=True, init=False, repr=False, eq=False)(_said(cls))
    for name, method in (_METHODS | _STATE).items():
        if name not in made.__dict__:
            setattr(made, name, method)
    return made


def _said(cls: type[T]) -> type[T]:
    """`cls` with a docstring; without one, dataclass parses signatures to make one up."""
    cls.__doc__ = cls.__doc__ or cls.__name__
    return cls


def _make(self: Any, **values: Any) -> None:
    cls = type(self)
    _made[cls] = _made.get(cls, 0) + 1
    if _made[cls] > _FEW:
        cls.__init__ = _compiled(cls)
        cls.__init__(self, **values)
        return
    for item in fields(self):
        name = item.name
        if name in values:
            value = values.pop(name)
        elif item.default is not MISSING:
            value = item.default
        elif item.default_factory is not MISSING:
            value = item.default_factory()
        else:
            raise TypeError(f"{cls.__name__} needs {name}")
        object.__setattr__(self, name, value)
    if values:
        raise TypeError(f"{cls.__name__} has no {', '.join(values)}")
    if (finish := getattr(cls, "__post_init__", None)) is not None:
        finish(self)


def _compiled(cls: Any) -> Any:
    """The `__init__` that a dataclass would have had from the start."""
    heads: list[str] = []
    lines: list[str] = []
    names: dict[str, Any] = {"_put": object.__setattr__, "_missing": MISSING}
    for item in fields(cls):
        name = item.name
        if item.default_factory is not MISSING:
            names[f"_new_{name}"] = item.default_factory
            lines.append(f"if {name} is _missing: {name} = _new_{name}()")
        else:
            names[f"_usual_{name}"] = item.default
        usual = "_missing" if item.default_factory is not MISSING else f"_usual_{name}"
        required = item.default is MISSING and item.default_factory is MISSING
        heads.append(name if required else f"{name}={usual}")
        lines.append(f"_put(self, {name!r}, {name})")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    body = "\n    ".join(lines) or "pass"
    heads = ["self", "*", *heads] if heads else ["self"]
    exec(f"def __init__({', '.join(heads)}):\n    {body}\n", names)  # noqa: S102 - our own fields
    return names["__init__"]


def _values(record: Any) -> Any:
    return _reader(cast("Any", type(record)))(record)


@cache
def _reader(cls: Any) -> Any:
    names = [item.name for item in fields(cls)]
    return attrgetter(*names) if names else lambda _record: ()


def _same(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _show(self: Any) -> str:
    shown = (f"{x.name}={getattr(self, x.name)!r}" for x in fields(self) if x.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(_self: object, name: str, *_value: object) -> None:
    raise FrozenInstanceError(f"{name} stays as it is")


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, item.name) for item in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for item, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, item.name, value)


_STATE: dict[str, Any] = {"__getstate__": _get_state, "__setstate__": _set_state}
_METHODS: dict[str, Any] = {
    "__init__": _make,
    "__eq__": _same,
    "__hash__": _hash,
    "__repr__": _show,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
}


def json_name(item: Field[Any]) -> str:
    """What JSON calls a field."""
    return str(item.metadata.get(_NAME, item.name))


def is_sparse(item: Field[Any]) -> bool:
    """Whether JSON leaves the field out while it is None."""
    return bool(item.metadata.get(_SPARSE))


def is_spread(item: Field[Any]) -> bool:
    """Whether the entries of the field stand in the object itself."""
    return bool(item.metadata.get(_SPREAD))


def is_alone(item: Field[Any]) -> bool:
    """Whether the record's JSON is this field's value."""
    return bool(item.metadata.get(_ALONE))


def fields_of(record: object) -> dict[str, Fact]:
    """The object for a dataclass instance."""
    body: dict[str, Fact] = {}
    for item in fields(cast("Any", record)):
        value = getattr(record, item.name)
        if is_spread(item):
            body.update({str(key): data_of(entry) for key, entry in value.items()})
        elif value is not None or not is_sparse(item):
            body[json_name(item)] = data_of(value)
    return body


def fields_apart(record: object) -> dict[str, Any]:
    """The fields by name, to make a wider record of a narrow one."""
    return {item.name: getattr(record, item.name) for item in fields(cast("Any", record))}


def data_of(value: object) -> Fact:
    """Anything that a record may hold as JSON data; TypeError for anything else (a defect)."""
    if isinstance(value, Enum):
        return data_of(value.value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {str(key): data_of(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [data_of(entry) for entry in value]
    return str(value) if isinstance(value, PurePath) else _data_of_object(value)


def _data_of_object(value: object) -> Fact:
    if isinstance(value, Record):
        return value.as_data()
    if is_dataclass(value) and not isinstance(value, type):
        return fields_of(value)
    raise TypeError(type(value).__name__)
