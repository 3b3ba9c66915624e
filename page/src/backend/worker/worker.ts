// The worker: Pyodide, our core, the port and the library. The page itself never blocks.
import { Host } from "./host.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { patient, startPython, type Face, type Parts } from "./python.ts";
import { serialOf } from "./serial.ts";
import { Storage } from "./storage.ts";

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};
const LAG_MS = 30; // news of a job are told together
const news = new Set<string>();
let due = false;
let face: Promise<Face> | null = null;
let host: Host | null = null;

function tell(job: string): void {
  news.add(job);
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    for (const one of news) scope.postMessage({ kind: "news", job: one });
    news.clear();
  }, LAG_MS);
}

async function begin(base: string, language: string): Promise<Face> {
  const began = performance.now();
  const step = (done: number): void => scope.postMessage({ kind: "step", done, of: 3 });
  const storage = new Storage();
  const serial = serialOf(self);
  host = new Host(serial, storage, tell, (ms) => scope.postMessage({ kind: "reopened", ms }));
  const coming = fetch(`${base}core.zip.xz`);
  const { loadPyodide } = (await import(/* @vite-ignore */ `${base}pyodide/pyodide.mjs`)) as {
    loadPyodide: Parts["loadPyodide"];
  };
  step(1);
  const answer = await coming;
  if (!answer.ok) throw new Error(`core.zip.xz: ${answer.status}`);
  const core = await answer.arrayBuffer();
  step(2);
  const started = await startPython({
    loadPyodide,
    indexURL: `${base}pyodide/`,
    core,
    host,
    serial: serial !== null,
    language,
    load: (files) => storage.load(files),
  });
  scope.postMessage({
    kind: "ready",
    ms: Math.round(performance.now() - began),
    kept: storage.problem,
    serial: serial !== null,
    patient: patient(),
  });
  return started.face;
}

/** Puts a saved library back; what the browser's storage has no room for goes again. */
async function take(core: Face, data: Uint8Array): Promise<string> {
  const text = core.take(data);
  const problem = (await host?.keep()) ?? "";
  if (!problem) return text;
  const refused = core.keep_back(problem);
  await host?.keep();
  return refused;
}

async function answer(asked: ToWorker): Promise<void> {
  if (asked.kind === "begin") {
    face = begin(asked.base, asked.language);
    face.catch((problem) => scope.postMessage({ kind: "failed", problem: String(problem) }));
    return;
  }
  const core = await face;
  if (!core) return;
  if (asked.kind === "call") {
    if (asked.name === "ports" || asked.name === "start") await host?.look().catch(() => undefined);
    scope.postMessage({ kind: "answer", id: asked.id, text: core.call(asked.name, asked.text) });
  } else if (asked.kind === "put") {
    scope.postMessage({ kind: "answer", id: asked.id, text: core.put(asked.name, new Uint8Array(asked.data)) });
  } else if (asked.kind === "pack") {
    scope.postMessage({ kind: "bytes", id: asked.id, data: core.pack() });
  } else if (asked.kind === "take") {
    scope.postMessage({ kind: "answer", id: asked.id, text: await take(core, new Uint8Array(asked.data)) });
  } else {
    scope.postMessage({ kind: "bytes", id: asked.id, data: core.get(asked.handle) ?? null });
  }
}

// A call that Python cannot end is the end of Python: the page says so instead of waiting for ever.
scope.onmessage = (event) => {
  answer(event.data).catch((problem) => scope.postMessage({ kind: "failed", problem: String(problem) }));
};
