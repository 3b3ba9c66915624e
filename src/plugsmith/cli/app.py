"""Entry point: finds the verb; every outcome becomes an exit code and, with --json, a last line."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup

from plugsmith import __version__
from plugsmith.api.table import BY_NAME, GROUPS
from plugsmith.cli.first_contact import (
    as_options,
    asked_page,
    did_you_mean,
    guide,
    known_elsewhere,
)
from plugsmith.cli.interrupt import interrupted
from plugsmith.cli.layout import help_width
from plugsmith.cli.misuse import in_our_words
from plugsmith.cli.writer import StdoutGoneError, flush, give_up, write_text
from plugsmith.errors import ExitCode, PlugsmithError, UsageError
from plugsmith.messages import N_, _, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer import Context
    from typer.core import TyperOption


ABOUT = N_(
    "Free Tuya smart plugs, switches and bulbs on Beken Wi-Fi chips from the cloud: "
    "back up, recover the pins, flash OpenBeken, verify, restore."
)


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

    def list_commands(self, ctx: Context) -> list[str]:  # type: ignore[override]
        del ctx
        from plugsmith.cli.help.group_help import names_below

        return list(names_below(self.prefix))

    def get_command(self, ctx: Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]
        del ctx
        name = f"{self.prefix} {cmd_name}".strip()
        if name in GROUPS:
            return group_of(name)
        if name in BY_NAME:
            from plugsmith.cli.command import command_of
            from plugsmith.cli.words import WORDS

            return command_of(BY_NAME[name], WORDS[name])
        return None

    def get_help(self, ctx: Context) -> str:  # type: ignore[override]
        """Print it and leave: a stream that takes no more is noticed here, not in typer."""
        del ctx
        from plugsmith.cli.help.group_help import group_help

        about = _(GROUPS[self.prefix]) if self.prefix else _(ABOUT)
        write_text(sys.stdout, group_help(self.prefix, about, help_width(sys.stdout)), as_is=True)
        raise typer.Exit


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
        write_text(sys.stdout, f"plugsmith {__version__}\n")
        raise typer.Exit


@app.callback(help=_(ABOUT))
def _root(
    version: bool = typer.Option(
        False, "--version", "-V", callback=_show_version, is_eager=True, help=_("Show the version.")
    ),
) -> None:
    del version


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises and never prints a traceback."""
    args = list(sys.argv[1:] if argv is None else argv)
    try:
        with speaking("en" if "--json" in args else None):  # what programs read is English
            code = _run(args)
        flush(sys.stdout)
    except StdoutGoneError:  # whoever read our output has enough of it
        give_up(sys.stdout)
        return int(ExitCode.DONE)
    except PlugsmithError as error:
        from plugsmith.cli.session import report_error

        give_up(sys.stdout)
        return report_error(error, as_json=False)
    return code


def _run(args: list[str]) -> int:
    if not args:
        write_text(sys.stdout, guide(help_width(sys.stdout)), as_is=True)
        return int(ExitCode.DONE)
    page = asked_page(args, help_width(sys.stdout))
    if page is not None:
        write_text(sys.stdout, page, as_is=True)
        return int(ExitCode.DONE)
    args = as_options(args)
    try:
        outcome = app(args=args, prog_name="plugsmith", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return interrupted(args)
    except typer.TyperException as problem:
        return _usage_failure(args, problem.format_message())
    return outcome if isinstance(outcome, int) else int(ExitCode.DONE)


def _usage_failure(args: Sequence[str], problem: str) -> int:
    from plugsmith.cli.session import report_error

    as_json = "--json" in args
    told = in_our_words(problem)
    unknown = re.fullmatch(r"No such command '(.*)'\.", problem)
    if unknown:
        other = known_elsewhere(unknown[1]) if args[:1] == [unknown[1]] else ""
        help_with = other or did_you_mean(unknown[1], _siblings(args, unknown[1]))
        told = f"{told} {help_with}".rstrip()
    dashed = (word for word in args if word.startswith("-"))
    file = next((word for word in dashed if os.path.exists(word)), None)  # noqa: PTH110 - never raises
    if "No such option" in problem and file is not None:
        told = f"{told} {_('For the file of this name write ./{name}.', name=file)}"
    return report_error(UsageError(problem=told), as_json=as_json)


def _siblings(args: Sequence[str], wrong: str) -> list[str]:
    """The names that could have stood where `wrong` stands."""
    before = " ".join(args[: args.index(wrong)]) if wrong in args else ""
    names = [*BY_NAME, *GROUPS]
    ahead = f"{before} " if before else ""
    return sorted({name[len(ahead) :].split()[0] for name in names if name.startswith(ahead)})
