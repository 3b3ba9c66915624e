// One journey: which step, which jobs, what was chosen. Kept for reloads of this tab; no secrets in it.
import { signal } from "@preact/signals";
import type { Handle, JobId, JobRow } from "../backend/backend";
import { watch, type JobView } from "./jobs";

export const STEPS = [
  "module",
  "wiring",
  "connect",
  "identity",
  "backup",
  "pins",
  "firmware",
  "settings",
  "plan",
  "write",
  "use",
] as const;
export type StepName = (typeof STEPS)[number];

export interface Settings {
  ssid: string;
  mqttHost: string;
  mqttUser: string;
  name: string;
  open: boolean; // a Wi-Fi without a password
}

export interface Journey {
  practice: boolean;
  module: string | null;
  safe: boolean;
  port: string | null;
  step: StepName;
  jobs: Partial<Record<string, JobId>>;
  /** Steps that the person has finished. */
  done: StepName[];
  image: { file: Handle; name: string } | null;
  /** Roles that the person changed; null: the pin is left out. */
  edits: Record<string, string | null>;
  settings: Settings;
  host: string | null;
  /** Where the chip prints what it does when it starts; null: no wire there. */
  logPort: string | null;
}

const KEY = "plugsmith.journey";

function fresh(practice: boolean): Journey {
  return {
    practice,
    module: null,
    safe: false,
    port: null,
    step: "module",
    jobs: {},
    done: [],
    image: null,
    edits: {},
    settings: { ssid: "", mqttHost: "", mqttUser: "", name: "", open: false },
    host: null,
    logPort: null,
  };
}

function stored(): Journey {
  try {
    const text = sessionStorage.getItem(KEY);
    const found = text ? (JSON.parse(text) as Partial<Journey>) : {};
    const base = fresh(false);
    return { ...base, ...found, settings: { ...base.settings, ...found.settings } };
  } catch {
    return fresh(false);
  }
}

export const journey = signal<Journey>(fresh(false));

export function startJourneys(): void {
  journey.value = stored();
}

export function change(part: Partial<Journey>): void {
  journey.value = { ...journey.value, ...part };
  sessionStorage.setItem(KEY, JSON.stringify(journey.value));
}

export function begin(practice: boolean): void {
  journey.value = fresh(practice);
  change({});
}

export function setJob(name: string, id: JobId | undefined): void {
  const jobs = { ...journey.value.jobs };
  if (id) jobs[name] = id;
  else delete jobs[name];
  change({ jobs });
}

const VERBS: Record<string, string> = {
  info: "info",
  doctor: "doctor",
  backup: "backup",
  pins: "dump config",
  match: "template match",
  lint: "template lint",
  image: "image info",
  fetch: "image fetch",
  plan: "flash",
  write: "flash",
  undo: "restore",
  share: "dump sanitize",
  device: "device info",
  apply: "device apply",
  calibrate: "device calibrate",
};

/** The view of a job of the journey; null where none was started. Reads a signal: draws again. */
export function jobView(name: string): JobView | null {
  const id = journey.value.jobs[name];
  return id ? watch(id, VERBS[name] ?? name).value : null;
}

/** The job that uses the wires at this moment or used them last. */
export function wireView(): JobView | null {
  const views = ["info", "doctor", "backup", "plan", "write", "undo"]
    .map(jobView)
    .filter((view): view is JobView => !!view);
  const live = views.find((view) => view.state === "running" || view.state === "asking");
  const told = (view: JobView): number => view.notes[view.notes.length - 1]?.at ?? 0;
  return live ?? views.reduce<JobView | null>((last, view) => (!last || told(view) >= told(last) ? view : last), null);
}

export function finish(step: StepName, next: StepName): void {
  const done = journey.value.done.includes(step) ? journey.value.done : [...journey.value.done, step];
  change({ done, step: next });
}

/** Whether a step can be opened now: all before it are finished, or it was open before. */
export function reachable(step: StepName): boolean {
  const place = STEPS.indexOf(step);
  return STEPS.slice(0, place).every((before) => journey.value.done.includes(before));
}

/** Take up what another tab, or this one before it was closed, began on a port. */
export function adopt(port: string, rows: JobRow[]): void {
  begin(false);
  const jobs: Partial<Record<string, JobId>> = {};
  let step: StepName = "connect";
  for (const row of rows.filter((one) => one.port === port)) {
    if (row.verb === "info") [jobs.info, step] = [row.id, "identity"];
    if (row.verb === "backup") [jobs.backup, step] = [row.id, "backup"];
    if (row.verb === "flash" && row.request.dry_run) [jobs.plan, step] = [row.id, "plan"];
    if (row.verb === "flash" && !row.request.dry_run) [jobs.write, step] = [row.id, "write"];
  }
  change({ port, jobs, step, safe: true, done: STEPS.slice(0, STEPS.indexOf(step)) as StepName[] });
}
