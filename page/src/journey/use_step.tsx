// Afterwards: find it, switch it, see watts, keep the way back, share the dump safely.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Refused, type ErrorLine } from "../backend/backend";
import { backend } from "../backend/current";
import type { DeviceDeviceInfo, DeviceFoundRow, DeviceScanResult, DumpSanitizeResult, WireBackupResult } from "../schema";
import { change, jobView, journey } from "../state/journey";
import { ended, run } from "../state/jobs";
import { href } from "../state/router";
import { refreshPractice } from "../state/server";
import { t, told } from "../text/t";
import { useEvery } from "../ui/hooks";
import { Box, Button, Checks, ErrorCard, Facts, Field } from "../ui/parts";
import type { Point } from "../ui/chart";
import { UndoCard } from "../ui/undo";
import { WaitingForReset, waitingForReset } from "../ui/progress";
import { Calibrate } from "./calibrate";
import { SaveButton, fileName } from "./backup_step";
import { Step } from "./frame";
import { practiceChip } from "./hands";
import { startJob } from "./actions";
import { templateOf } from "./template";
import { writeResult } from "./write_step";

export function UseStep(): JSX.Element {
  const { host } = journey.value;
  const write = writeResult();
  return (
    <Step
      name="use"
      title={host ? t("It is yours now") : t("Find it in your network")}
      lead={host ? t("OpenBeken runs on it and answers in your network.") : t("Take the wires off, close the device, and plug it into the wall. It joins your Wi-Fi within half a minute.")}
      views={[jobView("device"), jobView("apply"), jobView("calibrate"), jobView("share"), jobView("undo")]}
      primary={null}
    >
      {write?.booted === false && (
        <Box kind="warn" word={t("It did not start")}>
          <p>{t("It was seen to begin again and again. Put the original back with the undo card below, or write another build.")}</p>
          <p><a href={href("console")}>{t("See what it prints: the console")}</a></p>
        </Box>
      )}
      {host ? <Running host={host} /> : <Finder />}
      <Undo />
      <Share />
    </Step>
  );
}

function Finder(): JSX.Element {
  const { practice } = journey.value;
  const [text, setText] = useState("");
  const [rows, setRows] = useState<DeviceScanResult | null>(null);
  const [error, setError] = useState<ErrorLine | null>(null);
  const [busy, setBusy] = useState(false);
  const chip = practiceChip();
  const mac = ((jobView("info")?.result as { mac?: string } | null)?.mac ?? "").toLowerCase();
  useEvery(1500, refreshPractice, practice);
  const look = async (where: string | null): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      setRows(await run<DeviceScanResult>("device scan", where ? { where } : {}));
    } catch (problem) {
      if (problem instanceof Refused) setError(problem.line);
    } finally {
      setBusy(false);
    }
  };
  const hostOf = (row: DeviceFoundRow): string => `${row.ip}${row.port && row.port !== 80 ? `:${row.port}` : ""}`;
  return (
    <section class="card stack">
      <h2>{t("Where is it?")}</h2>
      {practice && (
        chip?.host ? (
          <div class="spread">
            <p>{t("The simulated plug has joined the network as {host}.", { host: chip.host })}</p>
            <Button onClick={() => change({ host: chip.host ?? null })}>{t("Open it")}</Button>
          </div>
        ) : (
          <p aria-live="polite">{t("The simulated plug is not in the network yet. It joins after its start, when it was given a Wi-Fi.")}</p>
        )
      )}
      {!practice && (
        <>
          <div class="row">
            <Button disabled={busy} onClick={() => void look(null)}>{busy ? t("Looking") : t("Look in my network")}</Button>
          </div>
          <form class="stack-s" onSubmit={(event) => { event.preventDefault(); if (text.trim()) void look(text.trim()); }}>
            <Field label={t("Or its address, or a range")} value={text} onInput={setText} placeholder="192.168.1.0/24" />
            <div class="row"><Button type="submit" disabled={busy || !text.trim()}>{t("Look there")}</Button></div>
          </form>
        </>
      )}
      {error && <ErrorCard error={error} />}
      {rows && !rows.length && (
        <Box kind="note" word={t("Not found")}>
          <p>{t("No OpenBeken device answered. Wait half a minute after plugging it in. If it was given no Wi-Fi, join its own network OpenBK7231… and open http://192.168.4.1.")}</p>
        </Box>
      )}
      {rows && rows.length > 0 && (
        <div class="choices">
          {rows.map((row) => (
            <button type="button" class="choice" onClick={() => change({ host: hostOf(row) })}>
              <strong>{row.name}</strong>
              <span class="quiet small">{hostOf(row)}, {row.chip} {row.version}</span>
              {mac && row.mac?.toLowerCase() === mac && <span class="chip good">{t("the one you have just freed")}</span>}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

function Running({ host }: { host: string }): JSX.Element {
  const [facts, setFacts] = useState<DeviceDeviceInfo | null>(null);
  const [error, setError] = useState<ErrorLine | null>(null);
  const [on, setOn] = useState<boolean | null>(null);
  const [busy, setBusy] = useState(false);
  const [history, setHistory] = useState<Point[]>([]);
  const busyNow = useRef(false);
  const relay = practiceChip();
  useEvery(2500, async () => {
    if (busyNow.current) return;
    try {
      const seenNow = await run<DeviceDeviceInfo>("device info", { host });
      setFacts(seenNow);
      const value = seenNow.meter?.power;
      if (typeof value === "number") setHistory((before) => [...before.slice(-MOST_POINTS), { at: Date.now() / 1000, value }]);
      setError(null);
    } catch (problem) {
      if (problem instanceof Refused) setError(problem.line);
    }
  });
  useEvery(1500, refreshPractice, journey.value.practice);
  const seen = on ?? relay?.relay ?? false;
  const set = async (value: boolean): Promise<void> => {
    setBusy(true);
    busyNow.current = true;
    try {
      await run("device command", { host, text: `POWER ${value ? "ON" : "OFF"}` });
      setOn(value);
      await refreshPractice();
      setFacts(await run<DeviceDeviceInfo>("device info", { host }));
    } catch (problem) {
      if (problem instanceof Refused) setError(problem.line);
    } finally {
      setBusy(false);
      busyNow.current = false;
    }
  };
  const power = facts?.meter?.power;
  const hasPins = facts ? Object.keys(facts.pins).length > 0 : true;
  return (
    <>
      {error && <ErrorCard error={error} title={t("The device does not answer")} />}
      <section class="card stack" aria-label={t("The device")}>
        <div class="relay">
          <button
            type="button"
            role="switch"
            class="relay-switch"
            aria-checked={seen}
            aria-label={t("Relay")}
            disabled={busy || !facts}
            onClick={() => void set(!seen)}
          />
          <div>
            <div class="watts num" data-watts={power ?? ""}>{power === null || power === undefined ? "–" : `${power.toFixed(1)} W`}</div>
            <div class="quiet">{seen ? t("The relay is closed: power goes through.") : t("The relay is open.")}</div>
          </div>
        </div>
        {facts?.meter && (
          <Facts rows={[
            [t("Voltage"), num(facts.meter.voltage, "V", 1)],
            [t("Current"), num(facts.meter.current, "A", 3)],
            [t("Energy"), num(facts.meter.energy_wh, "Wh", 1)],
          ]} />
        )}
        {facts && (
          <Facts rows={[
            [t("Name"), facts.name],
            [t("Runs"), `OpenBeken ${facts.version ?? ""}`],
            [t("Address"), host],
          ]} />
        )}
        <div class="row">
          <a class="button slim" href={`http://${host}/`} target="_blank" rel="noreferrer noopener">{t("Open the device's own page")}</a>
          <Button kind="slim" onClick={() => change({ host: null })}>{t("Another device")}</Button>
        </div>
      </section>
      {!hasPins && <ApplyPins host={host} />}
      {facts?.meter && <Calibrate host={host} history={history} />}
    </>
  );
}

const MOST_POINTS = 240; // ten minutes

function num(value: number | null | undefined, unit: string, digits: number): string | null {
  return value === null || value === undefined ? null : `${value.toFixed(digits)} ${unit}`;
}

function ApplyPins({ host }: { host: string }): JSX.Element | null {
  const template = templateOf();
  const view = jobView("apply");
  if (!template) return null;
  const apply = async (): Promise<void> => {
    const stored = await backend().put("template.json", new Blob([JSON.stringify(template)]));
    await startJob("apply", "device apply", { host, template: stored.file });
  };
  return (
    <Box kind="note" word={t("It has no pins yet")}>
      <p>{t("The pins from the backup can be given to it now, over the network. It restarts once.")}</p>
      <div class="row"><Button disabled={!!view && !ended(view)} onClick={() => void apply()}>{t("Give it the pins")}</Button></div>
      {view?.error && <ErrorCard error={view.error} />}
    </Box>
  );
}

function Undo(): JSX.Element | null {
  const result = writeResult();
  const view = jobView("undo");
  const [sure, setSure] = useState(false);
  if (!result?.undo) return null;
  const running = !!view && !ended(view);
  const file = result.backup?.file;
  const before = (jobView("info")?.result as { firmware?: { name?: string | null; version?: string | null } } | null)?.firmware;
  const was = [before?.name, before?.version].filter(Boolean).join(" ") || t("what was on it");
  return (
    <>
      <UndoCard
        title={t("The way back to the original")}
        command={journey.value.practice && file ? `plugsmith restore ${fileName(file)}` : result.undo}
        rows={[
          { name: t("What was done"), value: t("{what} was written onto a {chip}.", { what: [result.image?.firmware, result.image?.version].filter(Boolean).join(" ") || t("Firmware"), chip: result.chip }) },
          { name: t("What it was"), value: result.backup ? t("{what}, in the backup {name}", { what: was, name: fileName(result.backup.file) }) : null },
          { name: "SHA-256", value: result.backup?.sha256 ?? null, code: true },
          { name: t("What it needs"), value: t("the same four wires, and the device out of the wall") },
        ]}
      >
        {file && <SaveButton file={file} words={t("Save the backup")} />}
        {file && !sure && <Button kind="slim" onClick={() => setSure(true)}>{t("Put the original back")}</Button>}
      </UndoCard>
      {sure && (
        <Box kind="warn" word={t("Back to stock")}>
          <p>{t("The wires must be on again and the device out of the wall. What runs now and its settings go; what the backup holds comes back.")}</p>
          <div class="row">
            <Button kind="danger" disabled={running} onClick={() => { setSure(false); void startJob("undo", "restore", { port: journey.value.port, backup: file, link_timeout: 0 }); }}>{t("Yes, put it back")}</Button>
            <Button onClick={() => setSure(false)}>{t("No")}</Button>
          </div>
        </Box>
      )}
      {waitingForReset(view) && <WaitingForReset again />}
      {view?.error && <ErrorCard error={view.error} />}
      {view?.result ? <Box kind="good" word={t("Restored")}><p>{t("The flash holds the backup again, verified by the chip's own checksums.")}</p></Box> : null}
    </>
  );
}

function Share(): JSX.Element | null {
  const backup = jobView("backup")?.result as WireBackupResult | null;
  const view = jobView("share");
  const result = view?.result as DumpSanitizeResult | null;
  if (!backup) return null;
  return (
    <section class="card stack">
      <h2>{t("Help others: share the dump, without your secrets")}</h2>
      <p class="quiet">{t("A copy is made in which passwords, keys and addresses are blanked. Then it is searched for them again.")}</p>
      {!result && (
        <div class="row">
          <Button disabled={!!view && !ended(view)} onClick={() => void startJob("share", "dump sanitize", { file: backup.file, output: `safe-${fileName(backup.file)}` })}>
            {view && !ended(view) ? t("Working") : t("Make a copy that is safe to share")}
          </Button>
        </div>
      )}
      {view?.error && <ErrorCard error={view.error} />}
      {result && <SanitizeReport result={result} />}
    </section>
  );
}

export function SanitizeReport({ result }: { result: DumpSanitizeResult }): JSX.Element {
  const left = result.proof.secrets_left;
  return (
    <div class="stack" data-result="sanitize">
      <Checks
        rows={[
          { verdict: left === 0 ? "pass" : "fail", text: left === 0 ? t("{n} searches find no secret any more", { n: result.searches }) : t("{n} secrets are still there", { n: left }) },
          { verdict: result.proof.pin_text_identical ? "pass" : "warn", text: t("the pins are the same") },
          { verdict: result.proof.records_intact ? "pass" : "warn", text: t("all records can still be read") },
        ]}
      />
      <p>{t("Taken out:")} {result.removed.length ? result.removed.map((one) => `${told(one.what)} (${one.count})`).join(", ") : t("nothing was found to take out")}</p>
      <p class="small quiet">{result.summary}</p>
      <div class="row"><SaveButton file={result.file} words={t("Save the safe copy")} /></div>
    </div>
  );
}
