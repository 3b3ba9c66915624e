// A file: drop anything. What it is, its pins, records, damage on the map, secrets, exports, a safe copy,
// and the difference to another one.
import type { ComponentChildren, JSX } from "preact";
import { signal } from "@preact/signals";
import { Gone, Refused, type ErrorLine, type Handle } from "../backend/backend";
import { backend, link } from "../backend/current";
import { mapOf, type CellState, type MapModel } from "../model/flashmap";
import type {
  CatalogueExportResult,
  CatalogueMatchResult,
  DumpDiffResult,
  DumpInfoResult,
  DumpRecordsResult,
  DumpSanitizeResult,
  ImageImageInfo,
} from "../schema";
import { runToEnd, type JobView } from "../state/jobs";
import { bytes, n, t, told } from "../text/t";
import { FileDrop } from "../ui/filedrop";
import { FlashMap } from "../ui/flashmap";
import { DetailsFold } from "../ui/details";
import { ModulePicture } from "../ui/module";
import { moduleNamed } from "../model/modules";
import { Box, Button, Checks, ErrorCard, Facts, Head, saveBlob } from "../ui/parts";
import { SanitizeReport } from "../journey/use_step";
import { roleWords, type PinsResult } from "../journey/template";
import { CHECKS, KINDS as IMAGE_KINDS } from "../journey/firmware_step";

interface Looked {
  file: Handle;
  name: string;
  size: number;
  sha256: string;
  busy: boolean;
  dump: DumpInfoResult | null;
  image: ImageImageInfo | null;
  pins: PinsResult | null;
  match: CatalogueMatchResult | null;
  records: DumpRecordsResult | null;
  safe: DumpSanitizeResult | null;
  diff: { name: string; result: DumpDiffResult } | null;
  exported: { format: string; files: { name: string; text: string }[] } | null;
  errors: Record<string, ErrorLine | null>;
  views: JobView[];
}

const looked = signal<Looked | null>(null);
const refused = signal<ErrorLine | null>(null);

function put(part: Partial<Looked>): void {
  if (looked.value) looked.value = { ...looked.value, ...part };
}

function wrong(step: string, line: ErrorLine | null): void {
  if (looked.value) put({ errors: { ...looked.value.errors, [step]: line } });
}

/** One verb on the file; null where it failed, and the error is kept under `step`. */
async function ask<T>(step: string, verb: string, request: Record<string, unknown>): Promise<T | null> {
  try {
    const view = await runToEnd(verb, request);
    if (looked.value) put({ views: [...looked.value.views, view] });
    wrong(step, view.error);
    return (view.result as T) ?? null;
  } catch (problem) {
    if (problem instanceof Refused) wrong(step, problem.line);
    else if (problem instanceof Gone) link.value = "gone";
    else throw problem;
    return null;
  }
}

const LARGEST = 64 * 1024 * 1024;

export async function look(files: File[]): Promise<void> {
  const file = files[0];
  if (!file) return;
  refused.value = null;
  if (file.size > LARGEST) {
    refused.value = {
      schema: "plugsmith/1",
      type: "error",
      code: "PS-UI-TOO-LARGE",
      exit: 9,
      message: t("{name} is larger than 64 MiB.", { name: file.name }),
      hint: t("No flash of these chips is that large. Choose the dump itself, not an archive of many."),
      data: {},
    };
    return;
  }
  try {
    const stored = await backend().put(file.name || "file", file);
    looked.value = {
      ...stored,
      name: file.name,
      busy: true,
      dump: null,
      image: null,
      pins: null,
      match: null,
      records: null,
      safe: null,
      diff: null,
      exported: null,
      errors: {},
      views: [],
    };
    await examine();
  } catch (problem) {
    if (problem instanceof Refused) refused.value = problem.line;
    else if (problem instanceof Gone) link.value = "gone";
    else throw problem;
  }
}

async function examine(): Promise<void> {
  const { file } = looked.value as Looked;
  const dump = await ask<DumpInfoResult>("dump", "dump info", { file });
  put({ dump: dump && "kind" in dump ? dump : null });
  const image = await ask<ImageImageInfo>("image", "image info", { file });
  put({ image: image && "kind" in image && "checks" in image ? image : null });
  const pins = await ask<PinsResult>("pins", "dump config", { files: [file] });
  put({ pins: pins && "status" in pins ? pins : null });
  if (pins?.status === "found") put({ match: await ask<CatalogueMatchResult>("match", "template match", { device: file, limit: 3 }) });
  put({ busy: false });
}

const KINDS: Record<string, string> = {
  factory: n("a dump of a device with the vendor's firmware"),
  openbeken: n("a dump of a device that runs OpenBeken"),
  esphome: n("a dump of a device that runs ESPHome"),
  "storage-only": n("the vendor's storage alone, without a program"),
  "other-vendor": n("a dump of a device of another vendor"),
  partial: n("a part of a flash"),
  blank: n("a blank flash"),
  random: n("bytes without any order: encrypted, or not a dump"),
  unknown: n("nothing that is known"),
};

const STATES: Record<string, CellState> = { erased: "blank", damaged: "damaged", unknown: "foreign" };

function dumpMap(info: DumpInfoResult): MapModel {
  const regions = (info.regions as unknown as { name: string; start: number; end: number; sound?: boolean; place?: string; texture?: string }[]).map((row) => ({
    name: row.place ? `${told(row.name)} (${t(row.place)})` : told(row.name),
    start: row.start,
    end: row.end,
    why: row.texture && row.name !== "erased" ? told(row.texture) : undefined,
    state: (row.sound === false ? "damaged" : (STATES[row.name] ?? "sound")) as CellState,
  }));
  return mapOf(info.size, regions);
}

export function FilePage(): JSX.Element {
  const now = looked.value;
  return (
    <div class="page">
      <div class="page-head">
        <Head
          focusKey={`file-${now?.file ?? ""}`}
          title={now ? now.name : t("What is this file?")}
          lead={now ? undefined : t("A dump, a firmware image, a boot log, a pin text or a ZIP. It is read on this computer and goes nowhere.")}
        />
      </div>
      {!now && (
        <div class="page-narrow stack">
          <FileDrop title={t("Drop a file here")} hint={t("Up to 64 MiB. Nothing in it is ever executed.")} onFiles={(files) => void look(files)} />
          {refused.value && <ErrorCard error={refused.value} />}
        </div>
      )}
      {now && <Result now={now} />}
    </div>
  );
}

function Result({ now }: { now: Looked }): JSX.Element {
  const nothing = !now.busy && !now.dump && !now.image && now.pins?.status !== "found";
  const map = now.dump ? dumpMap(now.dump) : null;
  return (
    <div class="two">
      <div class="stack" aria-busy={now.busy}>
        {now.busy && <p role="status">{t("It is being looked at.")}</p>}
        {refused.value && <ErrorCard error={refused.value} />}
        {nothing && (now.errors.pins ?? now.errors.dump) && <ErrorCard error={(now.errors.dump ?? now.errors.pins) as ErrorLine} title={t("Nothing that Plugsmith knows")} />}
        <WhatItIs now={now} />
        <Secrets now={now} />
        <Pins now={now} />
        <Records now={now} />
        <Exports now={now} />
        <Compare now={now} />
        <div class="row">
          <Button onClick={() => { looked.value = null; }}>{t("Another file")}</Button>
        </div>
        <DetailsFold views={now.views} />
      </div>
      <aside class="stack">
        {map && <div class="card"><FlashMap map={map} title={t("What lies where")} regions /></div>}
        <ModuleCard now={now} />
      </aside>
    </div>
  );
}

function Section({ title, children, name }: { title: string; children: ComponentChildren; name: string }): JSX.Element {
  return <section class="card stack" data-part={name}><h2>{title}</h2>{children}</section>;
}

const VAGUE = new Set(["unknown", "random", "partial"]);

const LEVELS: Record<string, [string, string]> = {
  whole: ["good", n("can bring this device back to what it was, wholly")],
  restorable: ["warn", n("can bring the device back as it was when it was read")],
  none: ["danger", n("is no backup: do not rely on it")],
};

function WhatItIs({ now }: { now: Looked }): JSX.Element | null {
  const { dump, image, pins } = now;
  if (!dump && !image && pins?.status !== "found") return null;
  const isText = pins?.status === "found" && (!dump || VAGUE.has(dump.kind));
  const level = dump && !isText ? LEVELS[String((dump.usable_as_backup as { level?: string } | null)?.level ?? "")] : undefined;
  const checks = ((dump?.usable_as_backup as { checks?: { outcome: string; text: string }[] } | null)?.checks ?? []).map((one) => ({ verdict: one.outcome, text: one.text }));
  const isImage = !!image && !isText && image.kind !== "unknown" && (!dump || ["qio", "app", "ota", "uf2", "bootloader"].includes(image.kind));
  return (
    <Section title={t("What it is")} name="what">
      <Facts
        rows={[
          [t("It is"), isText ? t("a text with pins in it") : isImage && image ? t(IMAGE_KINDS[image.kind] ?? image.kind) : dump ? (dump.kind === "unknown" && dump.looks_like) || t(KINDS[dump.kind] ?? told(dump.kind)) : ""],
          [t("Chip"), dump?.chip ?? image?.chip ?? pins?.template?.chip],
          [t("Firmware"), [dump?.firmware?.name ?? image?.firmware, dump?.firmware?.version ?? image?.version].filter(Boolean).join(" ")],
          [t("Size"), bytes(now.size)],
          [t("Address"), dump?.mac ? `${dump.mac.slice(0, 8)}:**:**:**` : null],
          [t("SHA-256"), <code class="small">{now.sha256}</code>],
        ]}
      />
      {(isText ? [] : ((dump?.damage ?? []) as { text: string }[])).map((one) => <Box kind="warn" word={t("Damage")}><p>{one.text}</p></Box>)}
      {level && !isImage && (
        <div class="stack-s">
          <div class="row"><span class={`chip ${level[0]}`}>{t("As a backup")}</span><span>{t("it {verdict}", { verdict: t(level[1]) })}</span></div>
          <Checks rows={checks} />
        </div>
      )}
      {isImage && image && (
        <>
          <Checks rows={Object.entries(image.checks ?? {}).map(([name, verdict]) => ({ verdict: String(verdict), text: t(CHECKS[name] ?? name) }))} />
          {[...((image.problems ?? []) as unknown[]), ...((image.name_doubts ?? []) as unknown[])].map((text) => <Box kind="warn"><p>{String(text)}</p></Box>)}
        </>
      )}
    </Section>
  );
}

function Secrets({ now }: { now: Looked }): JSX.Element | null {
  const secrets = now.dump?.secrets as { wifi?: boolean; cloud?: boolean; device?: boolean } | undefined;
  const how = now.dump?.secrets_looked_for;
  if (!secrets || how === "no") return null;
  const found = [
    secrets.wifi ? t("the password of a Wi-Fi") : "",
    secrets.cloud ? t("keys of the vendor's cloud") : "",
    secrets.device ? t("the address of this one device") : "",
  ].filter(Boolean);
  const share = async (): Promise<void> => {
    put({ safe: await ask<DumpSanitizeResult>("safe", "dump sanitize", { file: now.file, output: `safe-${now.name.replace(/[^\w.-]+/g, "_")}` }) });
  };
  return (
    <Section title={t("Secrets")} name="secrets">
      {found.length ? (
        <Box kind="warn" word={t("Do not share it as it is")}><p>{t("In this file: {list}.", { list: found.join(", ") })}</p></Box>
      ) : (
        <p>{how === "all" ? t("None were found.") : t("None were found where it could be read. Parts that cannot be read may hold some all the same.")}</p>
      )}
      {!now.safe && <div class="row"><Button onClick={() => void share()}>{t("Make a copy that is safe to share")}</Button></div>}
      {now.errors.safe && <ErrorCard error={now.errors.safe} />}
      {now.safe && <SanitizeReport result={now.safe} />}
    </Section>
  );
}

function Pins({ now }: { now: Looked }): JSX.Element | null {
  const { pins } = now;
  if (!pins) return null;
  if (pins.status !== "found") {
    if (!now.dump) return null;
    return <Section title={t("Pins")} name="pins"><p>{t("No pins were found in it.")}</p>{pins.notes.slice(0, 3).map((note) => <p class="quiet">{note}</p>)}</Section>;
  }
  return (
    <Section title={t("Pins")} name="pins">
      {now.match?.close && <Box kind="note" word={t("Known device")}><p>{now.match.verdict}</p></Box>}
      <div class="table-wrap" tabIndex={0} role="region" aria-label={t("Pins")}>
        <table class="table">
          <thead><tr><th scope="col">{t("Pin")}</th><th scope="col">{t("What it does")}</th><th scope="col">{t("In OpenBeken")}</th></tr></thead>
          <tbody>
            {pins.pins.map((pin) => (
              <tr><td><strong>P{pin.gpio}</strong></td><td>{pin.text}</td><td><code>{pins.template?.pins[String(pin.gpio)] ?? pin.role}</code></td></tr>
            ))}
          </tbody>
        </table>
      </div>
      {pins.notes.length > 0 && (
        <details><summary class="quiet">{t("Notes about these pins ({n})", { n: pins.notes.length })}</summary><ul class="stack-s">{pins.notes.map((note) => <li>{note}</li>)}</ul></details>
      )}
    </Section>
  );
}

function ModuleCard({ now }: { now: Looked }): JSX.Element | null {
  const module = moduleNamed(now.pins?.module);
  const pins = now.pins?.template?.pins;
  if (!module || !pins) return null;
  const labels = Object.entries(pins).map(([gpio, role]) => ({ gpio: Number(gpio), words: roleWords(role) }));
  return <div class="card"><ModulePicture module={module} labels={labels} /></div>;
}

function Records({ now }: { now: Looked }): JSX.Element | null {
  if (!now.dump || now.busy) return null;
  const rows = now.records?.records ?? [];
  return (
    <Section title={t("Stored records")} name="records">
      {!now.records && (
        <div class="row"><Button onClick={() => void ask<DumpRecordsResult>("records", "dump records", { file: now.file }).then((records) => put({ records }))}>{t("List them, secrets masked")}</Button></div>
      )}
      {now.errors.records && <ErrorCard error={now.errors.records} />}
      {now.records && !rows.length && <p>{t("There are none that can be read.")}</p>}
      {rows.length > 0 && (
        <div class="table-wrap" tabIndex={0} role="region" aria-label={t("Records")}>
          <table class="table">
            <thead><tr><th scope="col">{t("Name")}</th><th scope="col">{t("Value")}</th></tr></thead>
            <tbody>{rows.map((row) => <tr><td><strong>{row.name}</strong></td><td><code class="small value">{typeof row.value === "string" ? row.value : JSON.stringify(row.value)}</code></td></tr>)}</tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

const FORMATS = ["openbeken", "esphome", "tasmota", "homeassistant", "markdown", "text"];

function Exports({ now }: { now: Looked }): JSX.Element | null {
  if (now.pins?.status !== "found") return null;
  const make = async (format: string): Promise<void> => {
    const result = await ask<CatalogueExportResult>("export", "template export", { device: now.file, to: format });
    put({ exported: result ? { format, files: result.files } : null });
  };
  return (
    <Section title={t("For other programs")} name="exports">
      <div class="row">
        {FORMATS.map((format) => <Button kind="slim" onClick={() => void make(format)}>{format}</Button>)}
      </div>
      {now.errors.export && <ErrorCard error={now.errors.export} />}
      {now.exported?.files.map((file) => (
        <div class="stack-s">
          <div class="spread">
            <strong>{file.name}</strong>
            <Button kind="slim" onClick={() => saveBlob(new Blob([file.text], { type: "text/plain" }), file.name)}>{t("Save")}</Button>
          </div>
          <pre class="preview" tabIndex={0} aria-label={t("Preview of {name}", { name: file.name })}>{file.text}</pre>
        </div>
      ))}
    </Section>
  );
}

function Compare({ now }: { now: Looked }): JSX.Element | null {
  if (!now.dump || now.busy) return null;
  const compare = async (files: File[]): Promise<void> => {
    const other = files[0];
    if (!other) return;
    const stored = await backend().put(other.name, other);
    const result = await ask<DumpDiffResult>("diff", "dump diff", { first: now.file, second: stored.file });
    put({ diff: result ? { name: other.name, result } : null });
  };
  const rows = now.diff?.result.regions ?? [];
  const records = now.diff?.result.records ?? [];
  return (
    <Section title={t("Compare with another file")} name="compare">
      <label class="button slim file-button">
        {t("Choose the other file")}
        <input type="file" class="hidden-text" onChange={(event) => void compare([...(event.currentTarget.files ?? [])])} />
      </label>
      {now.errors.diff && <ErrorCard error={now.errors.diff} />}
      {now.diff && (
        <div class="stack-s" role="status">
          <p><strong>{now.diff.result.equal ? t("Both hold the same.") : t("{a} and {b} differ.", { a: now.name, b: now.diff.name })}</strong></p>
          <DiffMap size={now.dump.size} rows={rows} />
          <ul>
            {rows.map((row) => <li>{told(row.name)}: {t("{n} bytes in {m} sectors", { n: row.differing, m: row.sectors })}</li>)}
            {records.map((row) => <li>{t("record {name}", { name: String((row as { name?: string }).name ?? "") })}</li>)}
          </ul>
        </div>
      )}
    </Section>
  );
}

function DiffMap({ size, rows }: { size: number; rows: DumpDiffResult["regions"] }): JSX.Element | null {
  if (!rows.length) return null;
  const map = mapOf(size, [
    { name: t("the same"), start: 0, end: size, state: "equal" },
    ...rows.map((row) => ({ name: told(row.name), start: row.start, end: row.end, state: "differs" as CellState })),
  ]);
  return <FlashMap map={map} title={t("Where they differ")} />;
}
