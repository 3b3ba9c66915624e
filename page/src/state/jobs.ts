// Jobs as the page sees them: the events of each folded into one view, once a frame.
import { signal, type Signal } from "@preact/signals";
import { Gone, Refused, type AskLine, type ErrorLine, type JobId, type Line, type Secrets } from "../backend/backend";
import { backend, link } from "../backend/current";

export interface Task {
  task: string;
  title: string;
  unit: string;
  total: number | null;
  done: number;
  rate: number | null;
  left: number | null;
  ended: boolean;
  ok: boolean;
  seconds: number;
  summary: string;
}

export interface Note {
  number: number;
  at: number;
  kind: "log" | "device" | "warning" | "task" | "error" | "item" | "ask";
  text: string;
  hint?: string;
  code?: string;
}

export interface JobView {
  id: JobId;
  verb: string;
  state: "running" | "asking" | "done" | "failed" | "lost";
  tasks: Task[];
  notes: Note[];
  heard: string | null;
  heardText: string;
  heardHint: string;
  resets: number;
  ask: AskLine | null;
  items: { name: string; data?: Record<string, unknown>; error?: Record<string, unknown> }[];
  result: unknown;
  error: ErrorLine | null;
  last: number;
  warnings: { code: string; message: string; hint: string }[];
}

export function emptyView(id: JobId, verb: string): JobView {
  return {
    id,
    verb,
    state: "running",
    tasks: [],
    notes: [],
    heard: null,
    heardText: "",
    heardHint: "",
    resets: 0,
    ask: null,
    items: [],
    result: null,
    error: null,
    last: 0,
    warnings: [],
  };
}

const MOST_NOTES = 600;

/** Fold one event into the view. */
export function fold(view: JobView, line: Line | { type: "answered"; id: string }, at: number): void {
  const note = (kind: Note["kind"], text: string, more: Partial<Note> = {}): void => {
    view.notes.push({ number: view.last, at, kind, text, ...more });
    if (view.notes.length > MOST_NOTES) view.notes.splice(0, view.notes.length - MOST_NOTES);
  };
  switch (line.type) {
    case "task_begin":
      view.tasks = view.tasks.filter((task) => task.ended || task.task !== line.task);
      view.tasks.push({
        task: line.task,
        title: line.title,
        unit: line.unit,
        total: line.total ?? null,
        done: 0,
        rate: null,
        left: null,
        ended: false,
        ok: false,
        seconds: 0,
        summary: "",
      });
      if (line.task === "link") view.heard = null;
      note("task", line.title);
      break;
    case "progress": {
      const task = running(view, line.task);
      if (!task) break;
      task.done = Math.max(task.done, line.done); // progress never goes back
      task.total = line.total ?? task.total;
      task.rate = line.rate ?? null;
      task.left = line.left_s ?? null;
      break;
    }
    case "task_end": {
      const task = running(view, line.task);
      if (task) {
        task.ended = true;
        task.ok = line.ok;
        task.seconds = line.seconds;
        task.summary = line.summary;
        if (line.ok && task.total !== null) task.done = task.total;
      }
      if (line.task === "link" && line.ok) {
        view.heard = "chip";
        view.resets += 1;
      }
      if (line.summary) note("task", line.summary);
      break;
    }
    case "warning":
      if (line.code === "PS-NOTE-HEARD") {
        view.heard = String(line.data.heard ?? "");
        view.heardText = line.message;
        view.heardHint = line.hint;
      }
      view.warnings.push({ code: line.code, message: line.message, hint: line.hint });
      note("warning", line.message, { hint: line.hint, code: line.code });
      break;
    case "log":
      note(line.level === "device" ? "device" : "log", line.message);
      break;
    case "item":
      view.items.push({ name: line.name, data: line.data, error: line.error });
      note("item", line.name);
      break;
    case "ask":
      view.ask = line;
      view.state = "asking";
      note("ask", line.question);
      break;
    case "answered":
      if (view.ask?.id === line.id) {
        view.ask = null;
        view.state = "running";
      }
      break;
    case "result":
      view.result = line.data;
      view.ask = null;
      view.state = "done";
      break;
    case "error":
      view.error = line;
      view.ask = null;
      view.state = "failed";
      note("error", line.message, { hint: line.hint, code: line.code });
      break;
    default:
      break;
  }
}

function running(view: JobView, name: string): Task | undefined {
  for (let place = view.tasks.length - 1; place >= 0; place -= 1) {
    const task = view.tasks[place];
    if (task?.task === name && !task.ended) return task;
  }
  return undefined;
}

const watched = new Map<JobId, Signal<JobView>>();

/** The view of a job, kept up to date from now on. Asking again gives the same signal. */
export function watch(id: JobId, verb: string): Signal<JobView> {
  const known = watched.get(id);
  if (known) return known;
  const shown = signal(emptyView(id, verb));
  watched.set(id, shown);
  void follow(shown);
  return shown;
}

const SHORTEST_MS = 400;
const LONGEST_MS = 4000;

async function follow(shown: Signal<JobView>): Promise<void> {
  const work = { ...shown.peek() };
  let due = false;
  const publish = (): void => {
    due = false;
    shown.value = { ...work, tasks: work.tasks.map((task) => ({ ...task })) };
  };
  const soon = (): void => {
    if (due) return;
    due = true;
    // A tab in the background has no frames; it still must not lose anything.
    if (document.hidden) setTimeout(publish, 250);
    else requestAnimationFrame(publish);
  };
  const stop = new AbortController();
  for (let pause = SHORTEST_MS; ; pause = Math.min(LONGEST_MS, pause * 2)) {
    try {
      await backend().events(
        work.id,
        work.last,
        (line, number) => {
          if (number <= work.last) return;
          work.last = number;
          fold(work, line, Date.now());
          link.value = "here";
          pause = SHORTEST_MS;
          soon();
        },
        stop.signal,
      );
      if (work.result !== null || work.error !== null) break;
    } catch (problem) {
      if (problem instanceof Refused) {
        work.state = "lost";
        break;
      }
      if (!(problem instanceof Gone)) throw problem;
      link.value = "gone";
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  publish();
}

export function ended(view: JobView | null | undefined): boolean {
  return !!view && view.state !== "running" && view.state !== "asking";
}

/** Start a verb and give its result; throws Refused with the error line where it fails. */
export async function run<T>(verb: string, request: Record<string, unknown>, secrets?: Secrets): Promise<T> {
  const view = await runToEnd(verb, request, secrets);
  if (view.error) throw new Refused(view.error, 0);
  return view.result as T;
}

/** Start a verb and wait until it has ended, well or not. */
export async function runToEnd(verb: string, request: Record<string, unknown>, secrets?: Secrets): Promise<JobView> {
  const id = await backend().start(verb, request, secrets);
  const view = await finished(watch(id, verb));
  watched.delete(id); // nobody asks for it again: a page that looks every few seconds must not grow
  return view;
}

export function finished(shown: Signal<JobView>): Promise<JobView> {
  return new Promise((resolve) => {
    const stop = shown.subscribe((view) => {
      if (!ended(view)) return;
      resolve(view);
      queueMicrotask(() => stop());
    });
  });
}
