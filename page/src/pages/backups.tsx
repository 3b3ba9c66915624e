// The user's library: every backup with what is known about it, checked, saved, labelled, put back.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { backend } from "../backend/current";
import type { BackupsBackupsResult as Shelf, BackupsStoredBackup as Stored } from "../schema";
import { useAction, type Action } from "../state/action";
import { bytes, n, t } from "../text/t";
import { ActionCard, Doing } from "../ui/doing";
import { Box, Button, Facts, Field, Head, saveBlob } from "../ui/parts";
import { WaitingForReset, waitingForReset } from "../ui/progress";
import { ports, refreshPorts } from "../state/server";
import { Whole } from "./whole_library";

const STATES: Record<string, [string, string]> = {
  present: ["", n("there")],
  sound: ["good", n("compared with its passport: the same")],
  missing: ["danger", n("its file is missing")],
  "other-size": ["danger", n("its file has another size")],
  changed: ["danger", n("its file was changed")],
};

export function Backups(): JSX.Element {
  const list = useAction<Shelf>();
  const [words, setWords] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  const look = (check = false): void => void list.run("backups list", { words: words.trim() ? words.trim().split(/\s+/) : [], check });
  useEffect(() => look(), []);
  const rows = list.result?.backups ?? [];
  return (
    <div class="page">
      <div class="page-head">
        <Head focusKey="backups" title={t("Backups")} lead={t("Each one was proven byte by byte when it was made. The first of a device most often holds the vendor's firmware: keep it.")} />
      </div>
      <div class="page-narrow stack">
        <form class="card stack-s" onSubmit={(event) => { event.preventDefault(); look(); }}>
          <Field label={t("Find one")} value={words} onInput={setWords} hint={t("A chip, a date, an address, a label.")} />
          <div class="row">
            <Button type="submit" disabled={list.busy}>{t("Find")}</Button>
            <Button disabled={list.busy} onClick={() => look(true)}>{t("Read all and compare with their passports")}</Button>
          </div>
        </form>
        <Doing action={list as Action<unknown>} />
        {list.result && !rows.length && <Box kind="note" word={t("Nothing here")}><p>{t("No backup is in your library that fits. The journey Free a plug makes the first one.")}</p></Box>}
        {rows.map((row) => (
          <OneBackup key={row.name} row={row} open={open === row.name} onOpen={() => setOpen(open === row.name ? null : row.name)} changed={() => look()} />
        ))}
        {backend().library && <Whole changed={() => look()} />}
      </div>
    </div>
  );
}

function OneBackup({ row, open, onOpen, changed }: { row: Stored; open: boolean; onOpen: () => void; changed: () => void }): JSX.Element {
  const [kind, words] = STATES[row.state] ?? ["warn", row.state];
  const label = useAction();
  const [text, setText] = useState(row.label ?? "");
  const usable = row.state === "present" || row.state === "sound";
  const save = async (): Promise<void> => saveBlob(await backend().get(row.file), row.name.endsWith(".bin") ? row.name : `${row.name}.bin`);
  return (
    <section class="card stack" data-backup={row.name}>
      <div class="spread">
        <h2 class="value">{row.label ?? row.name}</h2>
        <span class="row">
          {row.first && <span class="chip accent">{t("the first of its device")}</span>}
          <span class={`chip ${kind}`}>{t(words)}</span>
        </span>
      </div>
      <Facts rows={[[t("Chip"), row.chip], [t("Made"), row.created.slice(0, 16).replace("T", " ")], [t("Size"), bytes(row.size)], [t("Address"), row.mac], [t("Note"), row.note]]} />
      <div class="row">
        <Button kind="slim" disabled={!usable} onClick={() => void save()}>{t("Save the file")}</Button>
        <Button kind="slim" onClick={onOpen}>{open ? t("Less") : t("Label it, or put it back")}</Button>
      </div>
      {open && (
        <>
          <form class="stack-s" onSubmit={(event) => { event.preventDefault(); void label.run("backups label", { name: row.name, label: text }).then((done) => { if (done) changed(); }); }}>
            <Field label={t("Label")} value={text} onInput={setText} />
            <div class="row"><Button type="submit" kind="slim" disabled={label.busy}>{t("Keep the label")}</Button></div>
            <Doing action={label} />
          </form>
          {usable && <PutBack row={row} />}
        </>
      )}
    </section>
  );
}

function PutBack({ row }: { row: Stored }): JSX.Element {
  const work = useAction<Record<string, unknown>>();
  const [port, setPort] = useState("");
  useEffect(() => void refreshPorts(), []);
  const free = (ports.value ?? []).filter((one) => !one.practice);
  const chosen = port || free.find((one) => one.picked)?.device || free[0]?.device || "";
  return (
    <ActionCard name="put-back" title={t("Put it back on its device")} actions={[work as Action<unknown>]} lead={t("Only onto the device that it came from; that is checked first. The device must be out of the wall, and on the four wires.")}>
      {free.length === 0 && <Box kind="note" word={t("No adapter")}><p>{t("Plug in a 3.3 V USB serial adapter.")}</p></Box>}
      {free.length > 0 && (
        <div class="field">
          <label for={`port-${row.name}`}>{t("Adapter")}</label>
          <select id={`port-${row.name}`} class="input" value={chosen} onChange={(event) => setPort(event.currentTarget.value)}>
            {free.map((one) => <option value={one.device}>{[one.device, one.product].filter(Boolean).join(", ")}</option>)}
          </select>
        </div>
      )}
      {waitingForReset(work.view.value) && <WaitingForReset />}
      <div class="row">
        <Button onClick={() => void refreshPorts()}>{t("Look for adapters again")}</Button>
        <Button disabled={!chosen || work.busy} onClick={() => void work.run("restore", { port: chosen, backup: row.file, dry_run: true, link_timeout: 0 })}>{t("See what would be written")}</Button>
        <Button kind="danger" disabled={!chosen || work.busy} onClick={() => void work.run("restore", { port: chosen, backup: row.file, link_timeout: 0 })}>{t("Put it back")}</Button>
      </div>
      {work.result && work.result.verified === true && <Box kind="good"><p>{t("The flash holds the backup again, verified by the chip's own checksums.")}</p></Box>}
    </ActionCard>
  );
}
