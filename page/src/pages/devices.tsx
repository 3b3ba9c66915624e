// The devices that run: those that were seen, a search for more, and what can be done with several.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import type { HouseListResult, DeviceScanResult } from "../schema";
import { href, route } from "../state/router";
import { useAction, type Action } from "../state/action";
import { practiceChips, refreshPractice } from "../state/server";
import { t } from "../text/t";
import { ActionCard, Doing } from "../ui/doing";
import { Box, Button, Field, Head } from "../ui/parts";
import { OneDevice } from "./device/one";
import { Several } from "./device/several";

interface Row {
  host: string;
  mac: string;
  name: string;
  chip: string;
  version: string;
  last_backup: string | null;
  outdated: boolean;
  alarm: string;
  here: boolean; // answered in this search
}

const rows = signal<Row[]>([]);
const chosen = signal<ReadonlySet<string>>(new Set());

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** A host as the verbs take it; port 80 need not be said. */
function hostOf(ip: string, port: number): string {
  return !port || port === 80 || ip.includes(":") ? ip : `${ip}:${text(port)}`;
}

function merge(found: Row[]): void {
  const known = new Map(rows.value.map((row) => [row.host, row]));
  for (const row of found) known.set(row.host, { ...known.get(row.host), ...row });
  rows.value = [...known.values()].sort((one, other) => one.name.localeCompare(other.name) || one.host.localeCompare(other.host));
}

export function Devices(): JSX.Element {
  const host = route.value[1];
  return host ? <OneDevice key={host} host={host} /> : <All />;
}

function All(): JSX.Element {
  const list = useAction<HouseListResult>();
  const scan = useAction<DeviceScanResult>();
  const [where, setWhere] = useState("");
  useEffect(() => {
    void refreshPractice();
    void list.run("device list", {}).then((found) => {
      merge((found?.devices ?? []).map((row) => ({
        host: row.host,
        mac: row.mac,
        name: row.name,
        chip: row.chip,
        version: text(row.version),
        last_backup: row.last_backup ?? null,
        outdated: row.outdated,
        alarm: row.alarm,
        here: false,
      })));
    });
  }, []);
  const look = async (place: string): Promise<void> => {
    const found = await scan.run("device scan", place ? { where: place } : {});
    merge((found ?? []).map((row) => ({
      host: hostOf(row.ip, row.port),
      mac: text(row.mac),
      name: text(row.name),
      chip: text(row.chip),
      version: text(row.version),
      last_backup: null,
      outdated: false,
      alarm: row.same_mac ? t("another device has the same address") : row.placeholder_mac ? t("its address is a placeholder: its radio data may be lost") : "",
      here: true,
    })));
  };
  const none = scan.result !== null && !scan.result.length;
  return (
    <div class="page">
      <div class="page-head">
        <Head focusKey="devices" title={t("Devices")} lead={t("OpenBeken devices in your network. Nothing is changed before you say so, and each change can be taken back.")} />
      </div>
      <div class="stack">
        <div class="page-narrow"><ActionCard name="find" title={t("Find them")} actions={[scan]}>
          <form class="stack-s" onSubmit={(event) => { event.preventDefault(); void look(where.trim()); }}>
            <Field label={t("Address or range")} value={where} onInput={setWhere} placeholder="192.168.1.0/24" hint={t("Left empty: your own network.")} />
            <div class="row"><Button kind="primary" type="submit" disabled={scan.busy}>{scan.busy ? t("Looking") : t("Look for devices")}</Button></div>
          </form>
          {none && <Box kind="note" word={t("Not found")}><p>{t("No OpenBeken device answered there. Is it in the same network as this computer, and has it power?")}</p></Box>}
        </ActionCard></div>
        <Practised />
        {rows.value.length > 0 ? <Table /> : !list.busy && <p class="quiet">{t("No device was seen yet.")}</p>}
        <Doing action={list as Action<unknown>} />
        {chosen.value.size > 0 && <Several rows={rows.value.filter((row) => chosen.value.has(row.host))} />}
      </div>
    </div>
  );
}

function Practised(): JSX.Element | null {
  const here = practiceChips.value.filter((chip) => chip.host);
  if (!here.length) return null;
  return (
    <section class="card stack-s">
      <h2>{t("To practise with")}</h2>
      {here.map((chip) => (
        <div class="spread">
          <span>{t("{label}, simulated, at {host}", { label: chip.label, host: chip.host ?? "" })}</span>
          <a class="button slim" href={href("devices", chip.host ?? "")}>{t("Open")}</a>
        </div>
      ))}
    </section>
  );
}

function Table(): JSX.Element {
  const all = rows.value.every((row) => chosen.value.has(row.host));
  const tick = (host: string): void => {
    const next = new Set(chosen.value);
    if (!next.delete(host)) next.add(host);
    chosen.value = next;
  };
  return (
    <div class="table-wrap" tabIndex={0} role="region" aria-label={t("Devices")} data-part="list">
      <table class="table">
        <thead>
          <tr>
            <td class="tick"><input type="checkbox" aria-label={t("Choose all")} checked={all} onChange={() => { chosen.value = new Set(all ? [] : rows.value.map((row) => row.host)); }} /></td>
            <th scope="col">{t("Name")}</th>
            <th scope="col">{t("Address")}</th>
            <th scope="col">{t("Chip")}</th>
            <th scope="col">{t("Version")}</th>
            <th scope="col">{t("Last backup")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.value.map((row) => (
            <tr key={row.host}>
              <td class="tick"><input type="checkbox" aria-label={t("Choose {name}", { name: row.name })} checked={chosen.value.has(row.host)} onChange={() => tick(row.host)} /></td>
              <th scope="row">
                <a href={href("devices", row.host)}>{row.name || row.host}</a>
                {row.alarm && <div class="small"><span class="chip warn">{row.alarm}</span></div>}
              </th>
              <td>{row.host}</td>
              <td>{row.chip}</td>
              <td>{row.version} {row.outdated && <span class="chip accent">{t("newer there is")}</span>}</td>
              <td>{row.last_backup ? row.last_backup.slice(0, 10) : <span class="quiet">{t("none")}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
