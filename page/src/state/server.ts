// Whether the server is there, and which ports and jobs it has.
import { signal } from "@preact/signals";
import { Gone, Refused, type About, type JobRow, type PortInfo, type PracticeChip } from "../backend/backend";
import { about, backend, link } from "../backend/current";
import { effect } from "@preact/signals";
import { addCatalogue, language } from "../text/t";

export const ports = signal<PortInfo[] | null>(null);
export const jobRows = signal<JobRow[]>([]);
export const practiceChips = signal<PracticeChip[]>([]);
/** Set when the server was started anew under this page: its jobs are gone. */
export const restarted = signal(false);

const AWAY_MS = 1500;
const HERE_MS = 5000;

let due: ReturnType<typeof setTimeout> | undefined;

/** Ask now, and again and again: slowly while all is well, sooner while nobody answers. */
export function connect(): void {
  clearTimeout(due);
  void ask().finally(() => {
    if (link.value !== "refused") due = setTimeout(connect, link.value === "here" ? HERE_MS : AWAY_MS);
  });
}

async function ask(): Promise<void> {
  try {
    const found = await backend().about();
    if (about.value && about.value.server !== found.server) restarted.value = true;
    if (about.value?.server !== found.server || about.value.version !== found.version) about.value = found;
    if (localStorage.getItem(LANGUAGE_KEY) === null) language.value = usual(found);
    jobRows.value = await backend().jobs();
    link.value = "here";
  } catch (problem) {
    note(problem);
  }
}

function note(problem: unknown): void {
  if (problem instanceof Refused && (problem.status === 401 || problem.status === 403)) link.value = "refused";
  else if (problem instanceof Gone) link.value = "gone";
  else if (link.value === "starting") link.value = "gone";
}

export async function refreshPorts(): Promise<void> {
  try {
    ports.value = await backend().ports();
    jobRows.value = await backend().jobs();
  } catch (problem) {
    note(problem);
  }
}

export async function refreshPractice(): Promise<void> {
  const { practice } = backend();
  if (!practice) return;
  try {
    practiceChips.value = await practice.list();
  } catch (problem) {
    note(problem);
  }
}

const LANGUAGE_KEY = "plugsmith.language";

/** The language that this person chooses, for the next time too. */
export function chooseLanguage(name: string): void {
  localStorage.setItem(LANGUAGE_KEY, name);
  language.value = name;
}

/** Where nobody chose one: the terminal's, else the browser's, as far as we speak it. */
function usual(found: About): string {
  if (found.language !== "en") return found.language;
  const wished = navigator.languages.map((name) => name.slice(0, 2).toLowerCase());
  return wished.find((name) => found.languages.includes(name)) ?? "en";
}

/** The language that was chosen before, and its texts as soon as they are there. */
export function startLanguage(): void {
  language.value = localStorage.getItem(LANGUAGE_KEY) ?? "en";
  effect(() => {
    const name = language.value;
    document.documentElement.lang = name;
    if (name === "en") return;
    backend().texts(name).then((texts) => addCatalogue(name, texts), note);
  });
}
