"""`plugsmith obk config read` and `write`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.api.settings import SettingsRequest, desired_settings
from plugsmith.cli import options as opt
from plugsmith.cli.device import options as dev
from plugsmith.cli.obk import options as obk  # noqa: TC001 - typer reads annotations at run time
from plugsmith.cli.session import Session, run
from plugsmith.errors import UsageError
from plugsmith.messages import _
from plugsmith.records import fields_of

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.flows.wire.results import WriteResult

SourceArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE|HOST",
        help=_("A dump or settings sector, or a device in the network. With --port: neither."),
    ),
]
SecretsOption = Annotated[
    bool, typer.Option("--show-secrets", help=_("Show passwords and network names."))
]
BlockOption = Annotated[
    Path | None,
    typer.Option("--block", metavar="FILE", help=_("Start from the block in this file.")),
]
RawOption = Annotated[
    bool,
    typer.Option(
        "--raw",
        help=_("Over the network: write the whole block; the device must be unplugged afterwards."),
    ),
]


def read(
    source: SourceArgument = None,
    *,
    output: opt.OutputOption = None,
    show_secrets: SecretsOption = False,
    password_file: dev.PasswordFileOption = None,
    port: opt.PortOption = None,
    baud: opt.BaudOption = None,
    chip: opt.ChipOption = None,
    link_timeout: opt.LinkTimeoutOption = None,
    as_json: opt.JsonOption = False,
) -> None:
    link = opt.LinkOptions(port=port, baud=baud, chip=chip, link_timeout_s=link_timeout)

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.device.obk_config import read_chip, read_file, sector_of, write_private
        from plugsmith.flows.input_file import exists, expand

        if source is not None and not exists(Path(source)):
            return _read_device(session, source, password_file, show_secrets=show_secrets)
        several = expand([Path(source)]) if source is not None else []
        if source is not None and (Path(source).is_dir() or len(several) > 1):
            return _read_many(session, source, several, chip=chip, show_secrets=show_secrets)
        if source is not None:
            stored = read_file(Path(source), chip=chip)
        elif port is not None:
            from plugsmith.cli.wiring import flow_context

            stored = read_chip(flow_context(session, link))
        else:
            raise UsageError(problem=_("give a FILE, a HOST, or --port for a chip"))
        data = stored.as_data(show_secrets=show_secrets)
        if output is not None:
            write_private(output, sector_of(stored.block))
            data["file"] = str(output)
        return data

    run("obk config read", body, as_json=as_json, render=config_text)


def _read_many(
    session: Session, source: str, paths: list[Path], *, chip: str | None, show_secrets: bool
) -> dict[str, Fact]:
    from functools import partial

    from plugsmith.flows.device.obk_config import read_one
    from plugsmith.flows.many import no_files, over_files
    from plugsmith.records import fields_of

    if not paths:
        raise no_files([Path(source)])
    work = partial(read_one, chip=chip, show_secrets=show_secrets)
    many = over_files(
        paths, work, word="crc", brief=("version",), sink=session.sink, cancel=session.cancel
    )
    session.exit_code = many.exit_status
    return fields_of(many)


def _read_device(
    session: Session, text: str, password_file: Path | None, *, show_secrets: bool
) -> dict[str, Fact]:
    from plugsmith.errors import InputMissing
    from plugsmith.flows.device.raw import read_config
    from plugsmith.flows.device.targets import targets

    if Path(text).suffix.lower() in {".bin", ".img", ".rbl"}:
        raise InputMissing(name=text, problem=_("there is no such file"))
    context = dev.lan_context(session, password_file=password_file)
    hosts = targets(context, text)
    return dev.set_exit(session, read_config(context, hosts, show_secrets=show_secrets))


def write(
    target: SourceArgument = None,
    *,
    output: opt.OutputOption = None,
    block: BlockOption = None,
    template: obk.TemplateOption = None,
    config: obk.ConfigOption = None,
    setting: obk.SetOption = None,
    wifi_ssid: obk.WifiOption = None,
    wifi_password_file: obk.WifiFileOption = None,
    mqtt_host: obk.MqttOption = None,
    mqtt_user: obk.MqttUserOption = None,
    mqtt_password_file: obk.MqttFileOption = None,
    name: obk.NameOption = None,
    raw: RawOption = False,
    dry_run: opt.DryRunOption = False,
    password_file: dev.PasswordFileOption = None,
    allow: opt.AllowOption = None,
    port: opt.PortOption = None,
    baud: opt.BaudOption = None,
    chip: opt.ChipOption = None,
    link_timeout: opt.LinkTimeoutOption = None,
    yes: opt.YesOption = False,
    as_json: opt.JsonOption = False,
) -> None:
    link = opt.LinkOptions(
        port=port, baud=baud, chip=chip, link_timeout_s=link_timeout, allow=allow or ()
    )
    wanted = SettingsRequest(
        template=template,
        config=config,
        settings=tuple(setting or ()),
        wifi_ssid=wifi_ssid,
        wifi_password_file=wifi_password_file,
        mqtt_host=mqtt_host,
        mqtt_user=mqtt_user,
        mqtt_password_file=mqtt_password_file,
        name=name,
    )

    written: list[WriteResult] = []

    def body(session: Session) -> dict[str, Fact]:
        if not wanted.sets_anything and block is None:
            raise UsageError(
                problem=_("say what to change: --set, --config, --template or --block")
            )
        if target is None:
            if port is None:
                raise UsageError(problem=_("give a FILE, a HOST, or --port for a chip"))
            return _write_chip(session, link, wanted, block, dry_run=dry_run, written=written)
        if Path(target).exists():
            return _write_file(session, Path(target), output, wanted, block=block, chip=chip)
        return _write_device(
            session, target, wanted, block, password_file, raw=raw, dry_run=dry_run
        )

    def render(data: dict[str, Fact]) -> str:
        return _write_text(data, written)

    run("obk config write", body, as_json=as_json, assume_yes=yes, render=render)


def _write_file(
    session: Session,
    source: Path,
    output: Path | None,
    wanted: SettingsRequest,
    *,
    block: Path | None,
    chip: str | None,
) -> dict[str, Fact]:
    from plugsmith.flows.device.obk_config import change_file, read_file

    if output is None:
        raise UsageError(problem=_("name the new file with -o; {name} is kept", name=source.name))
    base = read_file(block, chip=chip).block if block else None
    return change_file(source, output, desired_settings(session, wanted), block=base, chip=chip)


def _write_chip(
    session: Session,
    link: opt.LinkOptions,
    wanted: SettingsRequest,
    block: Path | None,
    *,
    dry_run: bool,
    written: list[WriteResult],
) -> dict[str, Fact]:
    from plugsmith.cli.wiring import flow_context
    from plugsmith.flows.device.obk_config import change_chip, read_file

    desired = desired_settings(session, wanted)
    base = read_file(block).block if block else None
    outcome, addr = change_chip(flow_context(session, link), desired, block=base, dry_run=dry_run)
    written.append(outcome.result())
    told = fields_of(written[0])
    return {**told, "start": addr, "applied": [*sorted(desired.settings)]}


def _write_device(
    session: Session,
    text: str,
    wanted: SettingsRequest,
    block: Path | None,
    password_file: Path | None,
    *,
    raw: bool,
    dry_run: bool,
) -> dict[str, Fact]:
    from plugsmith.flows.device.apply import apply
    from plugsmith.flows.device.obk_config import read_file
    from plugsmith.flows.device.raw import write_config
    from plugsmith.flows.device.targets import targets

    if block is not None and not raw:
        raise UsageError(problem=_("a whole block goes to a device only with --raw"))
    desired = desired_settings(session, wanted, over_lan=not raw)
    context = dev.lan_context(session, password_file=password_file)
    hosts = targets(context, text)
    if raw:
        base = read_file(block).block if block else None
        return dev.set_exit(session, write_config(context, hosts, desired, block=base))
    return dev.set_exit(session, apply(context, hosts, desired, dry_run=dry_run))


def config_text(data: dict[str, Fact]) -> str:
    """The settings as two columns; empty ones are left out."""
    from plugsmith.cli.table import table

    config = data.get("config")
    if "items" in data and "files" in data:
        from plugsmith.cli.many_text import counts_text as files_text

        return files_text(data)
    if not isinstance(config, dict):
        from plugsmith.cli.device.one_text import counts_text

        return counts_text(data)
    rows: list[tuple[str, str]] = []
    for name, value in config.items():
        if isinstance(value, dict):
            rows += [(f"{name} {key}", str(item)) for key, item in value.items()]
        elif value not in ("", [], None):
            rows.append((name, str(value)))
    return table(rows)


def _write_text(data: dict[str, Fact], written: list[WriteResult]) -> str:
    if written:
        from plugsmith.cli.wire.write_text import write_text

        return write_text(written[0])
    if "host" in data or "failed" in data:
        from plugsmith.cli.device.one_text import change_text
        from plugsmith.flows.house.results import FactsResult

        return change_text(FactsResult(facts=data))
    return _("Written to {file}. It may hold passwords in the clear; only you can read it.", **data)
