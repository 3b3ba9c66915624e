"""Entry point: finds the verb; every outcome becomes an exit code and, with --json, a last line."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup

from plugsmith import __version__
from plugsmith.api.table import BY_NAME, GROUPS
from plugsmith.cli.first_contact import SECTIONS, as_options, did_you_mean, guide
from plugsmith.cli.interrupt import interrupted
from plugsmith.errors import ExitCode, UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer import Context
    from typer._click.formatting import HelpFormatter
    from typer.core import TyperOption


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


class VerbGroup(_CheapGroup):
    """The verbs whose names begin with `prefix`; one is made into a command when it is called."""

    prefix = ""
    _listing = False

    def list_commands(self, ctx: Context) -> list[str]:  # type: ignore[override]
        del ctx
        depth = len(self.prefix.split())
        typed = [
            name.split()[depth] for name in BY_NAME if name.split()[:depth] == self.prefix.split()
        ]
        return list(dict.fromkeys(typed))

    def get_command(self, ctx: Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]
        del ctx
        name = f"{self.prefix} {cmd_name}".strip()
        if name in GROUPS:
            return group_of(name)
        if self._listing and name in BY_NAME:
            return TyperCommand(
                name=cmd_name,
                help=_(BY_NAME[name].summary),
                short_help=_(BY_NAME[name].summary),  # whole: what is cut with "..." cannot be read
                rich_markup_mode=None,
            )
        if name in BY_NAME:
            from plugsmith.cli.command import command_of
            from plugsmith.cli.words import WORDS

            return command_of(BY_NAME[name], WORDS[name])
        return None

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # type: ignore[override]
        """The verbs, at the top by what they are about."""
        names = self.list_commands(ctx)
        titled = [] if self.prefix else [(_(title), group) for title, group in SECTIONS]
        told = {name for _title, group in titled for name in group}
        rest = tuple(name for name in names if name not in told)
        for title, group in [*titled, (_("Commands"), rest)]:
            found = [(name, self.get_command(ctx, name)) for name in group if name in names]
            rows = [(name, item.get_short_help_str(1000)) for name, item in found if item]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def format_help(self, ctx: Context, formatter: object) -> None:  # type: ignore[override]
        self._listing = True
        try:
            super().format_help(ctx, formatter)  # type: ignore[arg-type]
        finally:
            self._listing = False


def group_of(name: str) -> VerbGroup:
    """The group of that name, as `obk config`."""
    group = VerbGroup(
        name=name.rpartition(" ")[2],
        help=_(GROUPS[name]),
        short_help=_(GROUPS[name]),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.prefix = name
    return group


app = typer.Typer(
    cls=VerbGroup,
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
        False, "--version", "-V", callback=_show_version, is_eager=True, help=_("Show the version.")
    ),
) -> None:
    del version


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises and never prints a traceback."""
    args = as_options(sys.argv[1:] if argv is None else argv)
    if not args:
        sys.stdout.write(guide())
        return int(ExitCode.DONE)
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

    as_json = "--json" in args
    if problem.startswith("Usage:") and not as_json:  # a bare group: this is its help
        sys.stdout.write(problem.rstrip("\n") + "\n")
        return int(ExitCode.DONE)
    unknown = re.fullmatch(r"No such command '(.*)'\.", problem)
    if unknown:
        problem = f"{problem} {did_you_mean(unknown[1], _siblings(args, unknown[1]))}".rstrip()
    return report_error(UsageError(problem=problem), as_json=as_json)


def _siblings(args: Sequence[str], wrong: str) -> list[str]:
    """The names that could have stood where `wrong` stands."""
    before = " ".join(args[: args.index(wrong)]) if wrong in args else ""
    names = [*BY_NAME, *GROUPS]
    ahead = f"{before} " if before else ""
    return sorted({name[len(ahead) :].split()[0] for name in names if name.startswith(ahead)})


def _pipe_closed() -> int:
    import os

    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return int(ExitCode.DONE)
