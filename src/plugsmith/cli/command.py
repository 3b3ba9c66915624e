"""A command out of a verb: options from its request, words from its renderer; one way for all.

What only the terminal shows (`--explain`) is a second record, declared beside the renderer, and
gets its options the same way.
"""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from plugsmith.api.options import Panel, Parameter, option, parameters, request
from plugsmith.messages import N_, _
from plugsmith.records import Record, Result, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.api.verb import Verb

_MAY_BE_EMPTY = {"LABEL", "WORD", "WORDS", "COMMAND"}
_METAVARS: dict[Any, str] = {int: "N", float: "NUMBER", str: "TEXT", Path: "FILE"}


@request
class Shown(Record):
    """What is said about the result besides the result: nothing, where a verb declares no more."""


@request
class _AsJson(Record):
    as_json: bool = option(
        "--json",
        default=False,
        panel=Panel.OUTPUT,
        help=N_("One JSON object per line on stdout, for programs."),
    )
    verbose: bool = option(
        "--verbose",
        "-v",
        default=False,
        panel=Panel.OUTPUT,
        help=N_("Tell details of the work too."),
    )
    quiet: bool = option(
        "--quiet",
        "-q",
        default=False,
        panel=Panel.OUTPUT,
        help=N_("Tell only warnings, errors and the result."),
    )


@request
class _WithYes(_AsJson):
    yes: bool = option(
        "--yes",
        "-y",
        default=False,
        panel=Panel.SAFETY,
        help=N_("Answer questions with yes."),
    )


@frozen
class Words:
    """Where a verb's renderer is: `render(result)`, or `render(result, shown)`.

    `shown` is the place ("module:Name") of the request that only this renderer gets.
    """

    home: str
    render: str
    shown: str | None = None

    @property
    def shown_type(self) -> type[Record]:
        """The record of what only people are told."""
        if self.shown is None:
            return Shown
        module, _colon, name = self.shown.partition(":")
        kind: type[Record] = getattr(import_module(module), name)
        return kind

    def text(self, result: Result, shown: Record) -> str:
        """The result for people."""
        render: Callable[..., str] = getattr(import_module(self.home), self.render)
        return render(result, shown) if self.shown else render(result)


def command_of(verb: Verb, words: Words) -> TyperCommand:
    """The command; nothing of what the verb needs is imported before it runs."""
    request, shown = verb.request_type, words.shown_type
    run_options = _WithYes if verb.asks else _AsJson
    records = (request, shown, run_options)

    def callback(**given: Any) -> None:
        from plugsmith.cli.session import run_verb

        made = [
            kind(**{item.name: _plain(item, given[item.name]) for item in parameters(kind)})
            for kind in records
        ]
        run_verb(
            verb,
            made[0],
            words=lambda result: words.text(result, made[1]),
            parse=parse_command,
            as_json=bool(given["as_json"]),
            loudness=int(bool(given["verbose"])) - int(bool(given["quiet"])),
            assume_yes=bool(given.get("yes", False)),
        )

    found = [item for kind in records for item in parameters(kind)]
    callback.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                item.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if item.required else _default(item),
                annotation=_annotation(item),
            )
            for item in found
        ]
    )
    callback.__annotations__ = {item.name: _annotation(item) for item in found}
    return _command(verb, callback, {item.name: item for item in found})


def parse_command(words: Sequence[str]) -> tuple[Verb, Record]:
    """The verb and the request that a command line means; UsageError for one that means none."""
    from plugsmith.api.table import BY_NAME
    from plugsmith.cli.first_contact import did_you_mean
    from plugsmith.cli.misuse import in_our_words
    from plugsmith.cli.words import WORDS
    from plugsmith.errors import UsageError

    for count in (3, 2, 1):
        name = " ".join(words[:count])
        if name in BY_NAME and count <= len(words):
            break
    else:
        told = _("{word!r} is no verb", word=" ".join(words[:2])[:80])
        near = did_you_mean(" ".join(words[:1]), [name.split()[0] for name in BY_NAME])
        raise UsageError(problem=f"{told}. {near}" if near else told)
    verb = BY_NAME[name]
    command = command_of(verb, WORDS[name])
    try:
        given = command.make_context(name, list(words[count:])).params
    except typer.TyperException as problem:
        raise UsageError(problem=in_our_words(problem.format_message())) from problem
    kind = verb.request_type
    made = kind(**{item.name: _plain(item, given[item.name]) for item in parameters(kind)})
    return verb, made


def _command(
    verb: Verb, callback: Callable[..., None], found: dict[str, Parameter]
) -> TyperCommand:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(verb.name.rpartition(" ")[2], help=_(verb.summary), cls=_VerbCommand)(callback)
    command = typer.main.get_command(app)
    command.told = (verb, tuple(found.values()))  # type: ignore[attr-defined]
    for param in command.params:
        if param.name in found:
            # typer's own conversion loads pydantic, 0.18 s, even for an option that is left out
            param._runtime_param = _Conversion(found[param.name])  # type: ignore[attr-defined]  # noqa: SLF001
    return command  # type: ignore[return-value]


class _AsGiven:
    """The conversion of `--help`, which is left out nearly always: None stays None."""

    def coerce(self, value: object, param: Any, ctx: Any) -> object:
        """What typer asks for."""
        del param, ctx
        return value


class _VerbCommand(TyperCommand):
    told: tuple[Verb, tuple[Parameter, ...]]

    def get_help(self, ctx: Any) -> str:
        """Print it and leave: a stream that takes no more is noticed here, not in typer."""
        del ctx
        from plugsmith.cli.help.verb_help import verb_help
        from plugsmith.cli.layout import help_width
        from plugsmith.cli.writer import write_text

        write_text(sys.stdout, verb_help(*self.told, help_width(sys.stdout)), as_is=True)
        raise typer.Exit

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters and `--help`, none of them converted by typer."""
        params = super().get_params(ctx)
        for param in params:
            if param.name == "help":
                param._runtime_param = _AsGiven()  # type: ignore[attr-defined]  # noqa: SLF001
        return params


class _Conversion:
    """Text from the command line as a value of the field's type."""

    def __init__(self, item: Parameter) -> None:
        self._item = item
        inner = item.plain_type.__args__[0] if item.many else item.plain_type
        self._type: Any = inner

    def coerce(self, value: object, param: Any, ctx: Any) -> object:
        """What typer asks for; BadParameter where the text cannot be meant."""
        if value is None:
            return () if self._item.many else None
        if self._item.many:
            return [self._one(entry, param, ctx) for entry in value]  # type: ignore[attr-defined]
        return self._one(value, param, ctx)

    def _one(self, value: object, param: Any, ctx: Any) -> object:
        if value == "" and self._names_something:
            text = _("the name is empty; is a variable of your script not set?")
            raise typer.BadParameter(text, ctx=ctx, param=param)
        if isinstance(value, self._type):
            return self._limited(value, param, ctx)
        try:
            made = self._type(value)
        except (TypeError, ValueError) as problem:
            words = {int: _("whole number"), float: _("number")}
            kind = words.get(self._type, self._type.__name__)
            text = _("{value} is not a {kind}.", value=repr(value), kind=kind)
            raise typer.BadParameter(text, ctx=ctx, param=param) from problem
        return self._limited(made, param, ctx)

    @property
    def _names_something(self) -> bool:
        """Whether it is a file, a device, a backup: an empty path would mean this folder."""
        words = self._item.words
        return self._type is Path or (words.argument and words.metavar not in _MAY_BE_EMPTY)

    def _limited(self, value: Any, param: Any, ctx: Any) -> object:
        least, most = self._item.words.least, self._item.words.most
        if (least is not None and value < least) or (most is not None and value > most):
            if most is None:
                text = _("{value} is less than {least}.", value=value, least=least)
            else:
                limits = _("{least} to {most}", least=least, most=most)
                text = _("{value} is not in the range: {limits}.", value=value, limits=limits)
            raise typer.BadParameter(text, ctx=ctx, param=param)
        return value


def _annotation(item: Parameter) -> Any:
    words = item.words
    kind = list[item.plain_type.__args__[0]] if item.many else item.plain_type  # type: ignore[name-defined]
    if not item.required and item.default in {None, ()}:
        kind |= None
    if words.argument:
        return Annotated[kind, typer.Argument(metavar=words.metavar, help=_(words.help))]
    flags = words.flags or (f"--{item.name.replace('_', '-')}",)
    told: Any = typer.Option(
        *flags,
        envvar=words.env,
        metavar=words.metavar or _METAVARS.get(item.plain_type),
        help=_(words.help),
        min=words.least,
        max=words.most,
    )
    return Annotated[kind, told]


def _default(item: Parameter) -> Any:
    return None if item.default == () else item.default


def _plain(item: Parameter, value: Any) -> Any:
    """What typer hands over as what the request holds."""
    if item.many:
        return tuple(value or ())
    return Path(value) if item.plain_type is Path and value is not None else value
