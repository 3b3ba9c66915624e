"""Entry point: finds the verb; every outcome becomes an exit code and, with --json, a last line."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup

from plugsmith import __version__
from plugsmith.cli.entry import interrupted
from plugsmith.cli.verbs import VERBS
from plugsmith.errors import ExitCode, UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer import Context
    from typer.core import TyperOption

_VERBS = {verb.name: verb for verb in VERBS}


class _CheapGroup(TyperGroup):
    """A group that looks at its own options only if the command line starts with one of them.

    Typer loads pydantic, 0.18 s CPU, to convert the None of every option that was left out; for
    `plugsmith VERB --help` that would be most of the time.
    """

    _own_options = True

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override]
        self._own_options = not args or args[0].startswith("-")
        try:
            return super().parse_args(ctx, args)
        finally:
            self._own_options = True

    def get_params(self, ctx: Context) -> list[TyperOption]:  # type: ignore[override]
        params = super().get_params(ctx)
        if self._own_options:
            return params  # type: ignore[return-value]
        return [item for item in params if item.default is not None]  # type: ignore[misc]


class _LazyGroup(_CheapGroup):
    """A command group whose members are imported when they are called, not when they are listed."""

    _listing = False

    def list_commands(self, ctx: Context) -> list[str]:  # type: ignore[override]
        del ctx
        return [verb.name for verb in VERBS]

    def get_command(self, ctx: Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]
        del ctx
        verb = _VERBS.get(cmd_name)
        if verb is None:
            return None
        if self._listing:
            return TyperCommand(name=verb.name, help=_(verb.summary), rich_markup_mode=None)
        verb_app: typer.Typer = importlib.import_module(verb.module).app
        verb_app.info.cls = _CheapGroup
        verb_app._add_completion = False  # noqa: SLF001 - completion belongs to the program alone
        command = typer.main.get_command(verb_app)
        command.name = verb.name
        return command  # type: ignore[return-value]

    def format_help(self, ctx: Context, formatter: object) -> None:  # type: ignore[override]
        self._listing = True
        try:
            super().format_help(ctx, formatter)  # type: ignore[arg-type]
        finally:
            self._listing = False


app = typer.Typer(
    cls=_LazyGroup,
    rich_markup_mode=None,
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"plugsmith {__version__}\n")
        raise typer.Exit


@app.callback(
    help=_(
        "Free Tuya smart plugs, switches and bulbs on Beken Wi-Fi chips from the cloud: "
        "back up, recover the pins, flash OpenBeken, verify, restore."
    )
)
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help=_("Show the version.")
    ),
) -> None:
    del version


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises and never prints a traceback."""
    args = list(sys.argv[1:] if argv is None else argv)
    try:
        outcome = app(args=args, prog_name="plugsmith", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return interrupted(args)
    except typer.TyperException as problem:
        return _usage_failure(args, problem.format_message())
    except BrokenPipeError:
        return _pipe_closed()
    return outcome if isinstance(outcome, int) else int(ExitCode.DONE)


def _usage_failure(args: Sequence[str], problem: str) -> int:
    from plugsmith.cli.session import report_error

    if not args or not problem:  # bare `plugsmith` or a bare group: the help was shown
        return int(ExitCode.USAGE)
    return report_error(UsageError(problem=problem), as_json="--json" in args)


def _pipe_closed() -> int:
    import os

    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return int(ExitCode.DONE)
