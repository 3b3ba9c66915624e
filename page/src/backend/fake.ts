// A back end in memory, for tests of the page's own logic: jobs play lines that the test wrote.
import {
  Gone,
  Refused,
  type About,
  type Backend,
  type Handle,
  type HandbookPage,
  type JobId,
  type JobRow,
  type Line,
  type OnEvent,
  type PortInfo,
  type Request,
  type Secrets,
  type Stored,
} from "./backend";

interface FakeJob {
  row: JobRow;
  lines: Line[];
  wake: (() => void)[];
}

export class FakeBackend implements Backend {
  readonly started: { verb: string; request: Request; secrets?: Secrets }[] = [];
  private static made = 0; // ids are never used twice, as the server's are not
  readonly answers: { job: JobId; ask: string; value: unknown }[] = [];
  readonly typed: { job: JobId; line: string }[] = [];
  readonly files = new Map<Handle, Blob>();
  practice = null;
  portList: PortInfo[] = [];
  /** Set: every call fails as if the server were gone. */
  away = false;
  private readonly all = new Map<JobId, FakeJob>();

  async about(): Promise<About> {
    this.check();
    return {
      version: "0",
      schema: "plugsmith/1",
      language: "en",
      languages: ["en"],
      extras: {},
      verbs: [],
      server: "fake",
    };
  }

  async ports(): Promise<PortInfo[]> {
    this.check();
    return this.portList;
  }

  async start(verb: string, request: Request, secrets?: Secrets): Promise<JobId> {
    this.check();
    this.started.push({ verb, request, secrets });
    const id = `job-${(FakeBackend.made += 1)}`;
    const row: JobRow = {
      id,
      verb,
      request,
      port: (request.port as string) ?? null,
      state: "running",
      began: "",
      ended: null,
      last: 0,
    };
    this.all.set(id, { row, lines: [], wake: [] });
    return id;
  }

  /** The test's side: the job says these lines next. */
  say(id: JobId, ...lines: Line[]): void {
    const job = this.job(id);
    job.lines.push(...lines);
    job.row.last = job.lines.length;
    const last = lines[lines.length - 1];
    if (last?.type === "result") job.row.state = "done";
    if (last?.type === "error") job.row.state = "failed";
    for (const wake of job.wake.splice(0)) wake();
  }

  /** The test's side: every open stream breaks, as when the network is cut. */
  cut(id: JobId): void {
    const job = this.job(id);
    this.away = true;
    for (const wake of job.wake.splice(0)) wake();
  }

  async jobs(): Promise<JobRow[]> {
    this.check();
    return [...this.all.values()].map((job) => job.row);
  }

  async events(id: JobId, after: number, onEvent: OnEvent, signal: AbortSignal): Promise<void> {
    this.check();
    const job = this.job(id);
    for (let next = after; ; ) {
      while (next < job.lines.length) {
        const line = job.lines[next] as Line;
        next += 1;
        onEvent(line, next);
        if (line.type === "result" || line.type === "error") return;
      }
      await new Promise<void>((resolve) => {
        job.wake.push(resolve);
        signal.addEventListener("abort", () => resolve());
      });
      if (signal.aborted) throw new DOMException("aborted", "AbortError");
      this.check();
    }
  }

  async answer(job: JobId, ask: string, value: unknown): Promise<void> {
    this.answers.push({ job, ask, value });
  }

  async type(job: JobId, line: string): Promise<void> {
    this.typed.push({ job, line });
  }

  async cancel(id: JobId): Promise<void> {
    this.job(id).row.state = "cancelled";
  }

  async put(name: string, content: Blob): Promise<Stored> {
    const file = `upload:${this.files.size + 1}/${name}`;
    this.files.set(file, content);
    return { file, size: content.size, sha256: "" };
  }

  async get(handle: Handle): Promise<Blob> {
    const found = this.files.get(handle);
    if (!found) throw this.missing();
    return found;
  }

  async texts(): Promise<Record<string, string>> {
    return {};
  }

  async handbook(): Promise<HandbookPage[]> {
    return [];
  }

  async page(): Promise<string> {
    throw this.missing();
  }

  private job(id: JobId): FakeJob {
    const job = this.all.get(id);
    if (!job) throw this.missing();
    return job;
  }

  private missing(): Refused {
    const line = {
      schema: "plugsmith/1" as const,
      type: "error" as const,
      code: "PS-UI-NOT-THERE",
      exit: 9,
      message: "This is not there.",
      hint: "",
      data: {},
    };
    return new Refused(line, 404);
  }

  private check(): void {
    if (this.away) throw new Gone("away");
  }
}
