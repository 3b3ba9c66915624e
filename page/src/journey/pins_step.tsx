// Which pin drives what: found in the backup, shown on the module, changed by hand where needed.
import type { JSX } from "preact";
import { signal } from "@preact/signals";
import { useEffect, useId, useState } from "preact/hooks";
import { moduleNamed } from "../model/modules";
import { backend } from "../backend/current";
import type { CatalogueLintResult, CatalogueMatchResult, WireBackupResult } from "../schema";
import { change, finish, jobView, journey } from "../state/journey";
import { ended, run } from "../state/jobs";
import { t, n } from "../text/t";
import { ModulePicture } from "../ui/module";
import { Box, Button, ErrorCard } from "../ui/parts";
import { Step } from "./frame";
import { startJob } from "./actions";
import { ROLES, pinsResult, roleWords, templateOf, type PinRow } from "./template";

export const chosenPin = signal<number | null>(null);
const findings = signal<CatalogueLintResult["findings"]>([]);

const SURE: Record<string, [string, string]> = {
  proven: ["good", n("proven: several independent checks agree")],
  strong: ["good", n("strong: the text is whole and its checks agree")],
  weak: ["warn", n("weak: compare with the board before you trust it")],
  guess: ["warn", n("a guess: compare with the board before you trust it")],
};

const NONE: Record<string, string> = {
  "storage-missing": n("The part of the flash where the vendor stores the pins is empty or was erased."),
  "serial-mcu": n("This device has a second chip that drives the hardware; there are no pins to find. OpenBeken talks to that chip with its TuyaMCU driver."),
  "compiled-in": n("The vendor compiled the pins into its program. Running it in the emulator (plugsmith dump gpio) may show them."),
};

function backupFile(): string | null {
  return (jobView("backup")?.result as WireBackupResult | null)?.file ?? null;
}

export function PinsStep(): JSX.Element {
  const view = jobView("pins");
  const result = pinsResult();
  const file = backupFile();
  const template = templateOf();
  useEffect(() => {
    if (!file || (journey.value.jobs.pins && view?.state !== "lost")) return;
    void startJob("pins", "dump config", { files: [file] }).then(() => {
      void startJob("match", "template match", { device: file, limit: 3 });
    });
  }, [file, view?.state === "lost"]);
  const text = template ? JSON.stringify(template) : "";
  useEffect(() => {
    if (!text) return undefined;
    // Lint as you type: a moment after the last change.
    const timer = setTimeout(() => void lint(text), 300);
    return () => clearTimeout(timer);
  }, [text]);
  const running = !!view && !ended(view);
  const sure = result?.confidence ? SURE[result.confidence] : undefined;
  const pins = Object.entries(template?.pins ?? {}).map(([gpio, role]) => ({ gpio: Number(gpio), role }));
  const bad = findings.value.filter((one) => one.level === "error");
  return (
    <Step
      name="pins"
      title={pins.length ? t("The pins of your plug") : t("Which pin does what")}
      lead={t("The vendor stored this in the flash. OpenBeken needs it to know where relay, button and LED are.")}
      views={[view]}
      primary={{ words: t("Next: the firmware"), act: () => finish("pins", "firmware"), disabled: running }}
    >
      {!file && <Box kind="note" word={t("No backup yet")}><p>{t("The pins are read from the backup. Make it first, one step back.")}</p></Box>}
      {running && <p aria-live="polite">{t("The backup is searched for pins.")}</p>}
      {view?.error && <ErrorCard error={view.error} />}
      {result && result.status !== "found" && (
        <Box kind="warn" word={t("No pins in this backup")}>
          <p>{t(NONE[result.reason ?? ""] ?? "The vendor's pin text was not found.")}</p>
          {result.notes.map((note) => <p>{note}</p>)}
          <p>{t("You can go on without pins: OpenBeken starts, and its page can find them out one at a time.")}</p>
        </Box>
      )}
      {sure && (
        <div class="row">
          <span class={`chip ${sure[0]}`}>{t("How sure")}</span><span>{t(sure[1])}</span>
        </div>
      )}
      <Match />
      {pins.length > 0 && (
        <div class="pin-rows">
          {pins.map(({ gpio, role }) => <PinLine gpio={gpio} role={role} row={result?.pins.find((one) => one.gpio === gpio)} />)}
        </div>
      )}
      {(result?.status === "found" || pins.length > 0 || result) && <AddPin />}
      {bad.length > 0 && (
        <Box kind="warn" word={t("This template has a fault")}>
          {bad.map((one) => <p>{one.text} {one.fix}</p>)}
        </Box>
      )}
      {result && result.notes.length > 0 && result.status === "found" && (
        <details class="fold">
          <summary>{t("Notes about these pins ({n})", { n: result.notes.length })}</summary>
          <div class="fold-in"><ul class="stack-s">{result.notes.map((note) => <li>{note}</li>)}</ul></div>
        </details>
      )}
    </Step>
  );
}

async function lint(text: string): Promise<void> {
  try {
    const stored = await backend().put("template.json", new Blob([text], { type: "application/json" }));
    findings.value = (await run<CatalogueLintResult>("template lint", { file: stored.file })).findings;
  } catch {
    findings.value = []; // the plan says it again, with authority
  }
}

function Match(): JSX.Element | null {
  const match = jobView("match")?.result as CatalogueMatchResult | null;
  const best = match?.hits[0];
  if (!match || !best || !match.close) return null;
  return (
    <Box kind="note" word={t("Known device")}>
      <p><strong>{match.verdict}</strong> {best.why.join(" ")}</p>
    </Box>
  );
}

function PinLine({ gpio, role, row }: { gpio: number; role: string; row: PinRow | undefined }): JSX.Element {
  const open = chosenPin.value === gpio;
  const id = useId();
  const edited = String(gpio) in journey.value.edits;
  const here = findings.value.filter((one) => (one as { pin?: number | null }).pin === gpio);
  const options = [...new Set([role, ...(row?.alternatives ?? []).map((one) => one.role), ...ROLES])];
  return (
    <div>
      <button type="button" class="pin-row" aria-expanded={open} aria-controls={id} onClick={() => { chosenPin.value = open ? null : gpio; }}>
        <strong>P{gpio}</strong>
        <span>{row && !edited ? row.text : roleWords(role)}</span>
        <span class="row">
          {here.some((one) => one.level !== "info") && <span class="chip warn">{t("look here")}</span>}
          {edited ? <span class="chip accent">{t("changed by you")}</span> : row?.alternatives?.length ? <span class="chip">{t("a choice")}</span> : null}
        </span>
      </button>
      {open && (
        <div class="pin-more" id={id}>
          {row && <p>{row.why}</p>}
          {(row?.alternatives ?? []).map((one) => (
            <div class="spread">
              <p class="grow"><strong>{t("Or: {role}", { role: roleWords(one.role) })}</strong> <span class="quiet">{one.reason}</span></p>
              <Button kind="slim" onClick={() => edit(gpio, one.role)}>{t("Take this")}</Button>
            </div>
          ))}
          {here.map((one) => <p class="small">{one.text} <span class="quiet">{one.fix}</span></p>)}
          <div class="spread">
            <div class="field grow">
              <label for={`${id}-role`}>{t("What P{gpio} does", { gpio })}</label>
              <select id={`${id}-role`} class="input" value={role} onChange={(event) => edit(gpio, event.currentTarget.value || null)}>
                {options.map((one) => <option value={one}>{`${roleWords(one)} (${one})`}</option>)}
                <option value="">{t("nothing: leave it out")}</option>
              </select>
            </div>
            {edited && <Button kind="slim" onClick={() => edit(gpio, undefined)}>{t("As it was found")}</Button>}
          </div>
        </div>
      )}
    </div>
  );
}

function edit(gpio: number, role: string | null | undefined): void {
  const edits = { ...journey.value.edits };
  if (role === undefined) delete edits[gpio];
  else edits[gpio] = role;
  change({ edits });
}

function AddPin(): JSX.Element | null {
  const [gpio, setGpio] = useState("");
  const module = moduleNamed(journey.value.module);
  const used = templateOf()?.pins ?? {};
  const all = module?.gpios.length ? module.gpios : [0, 1, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 20, 21, 22, 23, 24, 26, 28];
  const free = all.filter((one) => !(one in used));
  const id = useId();
  if (!free.length) return null;
  return (
    <details class="fold">
      <summary>{t("Add a pin by hand")}</summary>
      <div class="fold-in">
        <div class="field">
          <label for={id}>{t("Pin")}</label>
          <select id={id} class="input" value={gpio} onChange={(event) => setGpio(event.currentTarget.value)}>
            <option value="">{t("choose")}</option>
            {free.map((one) => <option value={String(one)}>{`P${one}`}</option>)}
          </select>
        </div>
        <div class="row">
          <Button kind="slim" disabled={!gpio} onClick={() => { edit(Number(gpio), "Rel;1"); chosenPin.value = Number(gpio); setGpio(""); }}>
            {t("Add it")}
          </Button>
        </div>
      </div>
    </details>
  );
}

export function PinsSide(): JSX.Element | null {
  const template = templateOf();
  const module = moduleNamed(pinsResult()?.module) ?? moduleNamed(journey.value.module);
  if (!module) return null;
  const doubtful = new Set((pinsResult()?.pins ?? []).filter((one) => one.alternatives?.length).map((one) => one.gpio));
  const labels = Object.entries(template?.pins ?? {}).map(([gpio, role]) => ({
    gpio: Number(gpio),
    words: roleWords(role),
    doubt: doubtful.has(Number(gpio)) && !(gpio in journey.value.edits),
  }));
  return (
    <div class="card stack-s">
      <ModulePicture module={module} labels={labels} chosen={chosenPin.value} onPin={(gpio) => { chosenPin.value = gpio; }} />
      {doubtful.size > 0 && <p class="small quiet">{t("A dashed frame: there is a choice. Click the pin.")}</p>}
    </div>
  );
}
