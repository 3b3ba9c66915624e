// The back end without a server: a worker in this very page does what `plugsmith ui` does elsewhere.
import {
  Gone,
  Refused,
  type About,
  type Backend,
  type ErrorLine,
  type HandbookPage,
  type Handle,
  type JobId,
  type JobRow,
  type Line,
  type OnEvent,
  type PortInfo,
  type Request,
  type Secrets,
  type Stored,
} from "./backend";
import type { FromWorker, ToWorker } from "./worker/messages";
import { serialOf } from "./worker/serial";
import { reopenMs, startup, type Startup } from "./current";
import { language } from "../text/t";
import { saveBlob } from "../ui/parts";

type Asked = { call: (text: string) => void; bytes: (data: Uint8Array | null) => void; fail: (why: Error) => void };
/** A message without its number, which `ask` gives. */
type Question =
  | { kind: "call"; name: string; text: string }
  | { kind: "put"; name: string; data: ArrayBuffer }
  | { kind: "get"; handle: string }
  | { kind: "pack" }
  | { kind: "take"; data: ArrayBuffer };

const BEFORE: Startup = {
  done: 0,
  ready: false,
  failed: null,
  kept: null,
  lasting: null,
  serial: serialOf(globalThis) !== null,
  secure: globalThis.isSecureContext,
  build: "",
  ms: 0,
};

export class InPageBackend implements Backend {
  practice = null;
  library = {
    save: (): Promise<Blob> => this.bytes({ kind: "pack" }, "library"),
    take: async (file: Blob): Promise<{ added: number; same: number; differs: string[] }> => {
      void this.persist();
      const data = await file.arrayBuffer();
      return this.read(await this.ask({ kind: "take", data }, [data]));
    },
  };
  private readonly worker: Worker;
  private readonly open = new Map<number, Asked>();
  private readonly listeners = new Map<JobId, Set<() => void>>();
  private readonly handed = new Set<string>();
  private asked = 0;

  constructor(base: string) {
    this.worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });
    this.worker.onmessage = (event: MessageEvent<FromWorker>) => this.hear(event.data);
    this.worker.onerror = (event) => this.die(event.message || "the worker could not be started");
    startup.value = BEFORE;
    this.post({ kind: "begin", base, language: language.value });
    void this.nameBuild(base);
    void navigator.storage?.persisted?.().then((lasting) => this.note({ lasting }), () => undefined);
  }

  about(): Promise<About> {
    return this.call("about", {});
  }

  async ports(): Promise<PortInfo[]> {
    return (await this.call<{ ports: PortInfo[] }>("ports", {})).ports;
  }

  /** Let the user choose an adapter; only in a click. False when nothing was chosen. */
  async choosePort(): Promise<boolean> {
    const request = serialOf(window)?.requestPort?.bind(serialOf(window));
    if (!request) return false;
    try {
      await request();
      return true;
    } catch (problem) {
      if ((problem as DOMException).name === "NotFoundError") return false; // closed without a choice
      throw problem;
    }
  }

  async start(verb: string, request: Request, secrets?: Secrets): Promise<JobId> {
    if (request.port) void this.persist();
    return (await this.call<{ id: JobId }>("start", { verb, request, secrets: secrets ?? null })).id;
  }

  async jobs(): Promise<JobRow[]> {
    return (await this.call<{ jobs: JobRow[] }>("jobs", {})).jobs;
  }

  async events(job: JobId, after: number, onEvent: OnEvent, signal: AbortSignal): Promise<void> {
    for (;;) {
      let told = false;
      const news = new Promise<void>((resolve) => this.listen(job, resolve, signal));
      const found = await this.call<{ lines: [number, string][]; done: boolean }>("lines", { job, after });
      for (const [number, line] of found.lines) {
        after = number;
        told = true;
        const event = JSON.parse(line) as Line;
        if (event.type === "ask" && event.file) await this.handOver(job, event.id, event.file);
        onEvent(event, number);
      }
      if (found.done) return;
      if (signal.aborted) throw new DOMException("aborted", "AbortError");
      if (!told) await news;
    }
  }

  async answer(job: JobId, ask: string, value: unknown): Promise<void> {
    await this.call("answer", { job, id: ask, answer: value });
  }

  async type(job: JobId, line: string): Promise<void> {
    await this.call("type", { job, line });
  }

  async cancel(job: JobId): Promise<void> {
    await this.call("cancel", { job });
  }

  async put(name: string, content: Blob): Promise<Stored> {
    const data = await content.arrayBuffer();
    return this.read<Stored>(await this.ask({ kind: "put", name, data }, [data]));
  }

  get(handle: Handle): Promise<Blob> {
    return this.bytes({ kind: "get", handle }, handle);
  }

  private bytes(question: Question, name: string): Promise<Blob> {
    return new Promise((resolve, reject) => {
      const bytes = (data: Uint8Array | null): void => {
        if (data) resolve(new Blob([data as Uint8Array<ArrayBuffer>]));
        else reject(new Refused(notThere(name), 404));
      };
      this.send(question, { bytes, fail: reject, call: () => undefined });
    });
  }

  /** Asks the browser not to clear the library away: when something is about to lie in it. */
  private async persist(): Promise<void> {
    const storage = navigator.storage as StorageManager | undefined;
    if (startup.value?.lasting || !storage?.persist) return;
    this.note({ lasting: await storage.persist().catch(() => false) });
  }

  texts(name: string): Promise<Record<string, string>> {
    return this.call("texts", { lang: name });
  }

  /** A backup leaves the browser before anything is erased: once, however many listen. */
  private async handOver(job: JobId, ask: string, file: Handle): Promise<void> {
    const key = `${job}/${ask}`;
    if (this.handed.has(key)) return;
    this.handed.add(key);
    saveBlob(await this.get(file), file.split("/").pop() ?? "backup.bin");
  }

  async handbook(): Promise<HandbookPage[]> {
    return (await this.call<{ pages: HandbookPage[] }>("handbook", {})).pages;
  }

  async page(name: string): Promise<string> {
    return (await this.call<{ text: string }>("page", { name })).text;
  }

  private async call<T>(name: string, given: Record<string, unknown>): Promise<T> {
    const text = JSON.stringify({ ...given, language: language.value });
    return this.read<T>(await this.ask({ kind: "call", name, text }));
  }

  private read<T>(text: string): T {
    const body = JSON.parse(text) as { ok: T } | { error: ErrorLine };
    if ("error" in body) throw new Refused(body.error, 400);
    return body.ok;
  }

  private ask(question: Question, transfer: Transferable[] = []): Promise<string> {
    return new Promise((resolve, reject) =>
      this.send(question, { call: resolve, bytes: () => undefined, fail: reject }, transfer),
    );
  }

  private send(question: Question, asked: Asked, transfer: Transferable[] = []): void {
    const failed = startup.value?.failed;
    if (failed) return asked.fail(new Gone(failed));
    this.asked += 1;
    this.open.set(this.asked, asked);
    this.post({ ...question, id: this.asked }, transfer);
  }

  private post(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private listen(job: JobId, wake: () => void, signal: AbortSignal): void {
    const all = this.listeners.get(job) ?? new Set();
    this.listeners.set(job, all);
    const once = (): void => {
      all.delete(once);
      wake();
    };
    all.add(once);
    signal.addEventListener("abort", once, { once: true });
  }

  private hear(message: FromWorker): void {
    switch (message.kind) {
      case "step":
        this.note({ done: message.done });
        break;
      case "ready":
        this.note({ done: 3, ready: true, kept: message.kept, serial: message.serial && message.patient, ms: message.ms });
        break;
      case "failed":
        this.die(message.problem);
        break;
      case "news":
        for (const wake of [...(this.listeners.get(message.job) ?? [])]) wake();
        break;
      case "reopened":
        reopenMs.value = Math.round(message.ms);
        break;
      case "answer":
        this.taken(message.id)?.call(message.text);
        break;
      case "bytes":
        this.taken(message.id)?.bytes(message.data);
        break;
    }
  }

  private taken(id: number): Asked | undefined {
    const asked = this.open.get(id);
    this.open.delete(id);
    return asked;
  }

  private note(part: Partial<Startup>): void {
    startup.value = { ...(startup.value ?? BEFORE), ...part };
  }

  private async nameBuild(base: string): Promise<void> {
    try {
      this.note({ build: ((await (await fetch(`${base}build.json`)).json()) as { build: string }).build });
    } catch {
      // a folder that was not made by `make web`
    }
  }

  private die(problem: string): void {
    this.note({ failed: problem });
    for (const asked of this.open.values()) asked.fail(new Gone(problem));
    this.open.clear();
  }
}

function notThere(handle: Handle): ErrorLine {
  return {
    schema: "plugsmith/1",
    type: "error",
    code: "PS-UI-FILE-NAME",
    exit: 8,
    message: `${handle} is not one of the page's files.`,
    hint: "",
    data: {},
  };
}
