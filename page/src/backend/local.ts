// The back end that runs on this computer, reached over HTTP on loopback.
import {
  Gone,
  Refused,
  type About,
  type Backend,
  type ErrorLine,
  type Handle,
  type HandbookPage,
  type JobId,
  type JobRow,
  type Line,
  type OnEvent,
  type PortInfo,
  type Practice,
  type PracticeChip,
  type Request,
  type Secrets,
  type Stored,
} from "./backend";
import { readEvents } from "./sse";
import { language } from "../text/t";

export class LocalBackend implements Backend {
  constructor(private readonly token: () => string) {}

  about(): Promise<About> {
    return this.json("GET", "/api/about");
  }

  async ports(): Promise<PortInfo[]> {
    return (await this.json<{ ports: PortInfo[] }>("GET", "/api/ports")).ports;
  }

  async start(verb: string, request: Request, secrets?: Secrets): Promise<JobId> {
    const body = secrets && Object.keys(secrets).length ? { verb, request, secrets } : { verb, request };
    return (await this.json<{ id: JobId }>("POST", "/api/jobs", body)).id;
  }

  async jobs(): Promise<JobRow[]> {
    return (await this.json<{ jobs: JobRow[] }>("GET", "/api/jobs")).jobs;
  }

  async events(job: JobId, after: number, onEvent: OnEvent, signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (after > 0) headers["Last-Event-ID"] = String(after);
    const answer = await this.call("GET", `/api/jobs/${encodeURIComponent(job)}/events`, {
      headers,
      signal,
    });
    if (!answer.body) throw new Gone("no stream");
    try {
      await readEvents(answer.body, (id, data) => onEvent(JSON.parse(data) as Line, Number(id)));
    } catch (problem) {
      if (signal.aborted) throw problem;
      throw new Gone(String(problem));
    }
  }

  async answer(job: JobId, ask: string, value: unknown): Promise<void> {
    await this.call("POST", `/api/jobs/${encodeURIComponent(job)}/answers`, {
      body: JSON.stringify({ id: ask, answer: value }),
      headers: JSON_BODY,
    });
  }

  async type(job: JobId, line: string): Promise<void> {
    await this.call("POST", `/api/jobs/${encodeURIComponent(job)}/lines`, { body: JSON.stringify({ line }), headers: JSON_BODY });
  }

  async cancel(job: JobId): Promise<void> {
    await this.call("POST", `/api/jobs/${encodeURIComponent(job)}/cancel`, { body: "{}", headers: JSON_BODY });
  }

  async put(name: string, content: Blob): Promise<Stored> {
    const answer = await this.call("PUT", `/api/files?name=${encodeURIComponent(name)}`, {
      body: content,
      headers: { "Content-Type": "application/octet-stream" },
    });
    return (await answer.json()) as Stored;
  }

  async get(handle: Handle): Promise<Blob> {
    return (await this.call("GET", `/api/files?file=${encodeURIComponent(handle)}`, {})).blob();
  }

  texts(language: string): Promise<Record<string, string>> {
    return this.json("GET", `/api/texts?lang=${encodeURIComponent(language)}`);
  }

  async handbook(): Promise<HandbookPage[]> {
    return (await this.json<{ pages: HandbookPage[] }>("GET", "/api/handbook")).pages;
  }

  async page(name: string): Promise<string> {
    return (await this.json<{ text: string }>("GET", `/api/handbook/${encodeURIComponent(name)}`)).text;
  }

  readonly practice: Practice = {
    start: (board) => this.json<PracticeChip>("POST", "/api/practice", { board }),
    list: async () =>
      (await this.json<{ chips: PracticeChip[] }>("GET", "/api/practice")).chips,
    press: async (port, what) => {
      await this.call("POST", "/api/practice/press", {
        body: JSON.stringify({ port, what }),
        headers: JSON_BODY,
      });
    },
    end: async (port) => {
      await this.call("DELETE", `/api/practice?port=${encodeURIComponent(port)}`, {});
    },
  };

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_BODY };
    return (await (await this.call(method, path, init)).json()) as T;
  }

  private async call(method: string, path: string, init: RequestInit): Promise<Response> {
    const headers = {
      ...(init.headers as Record<string, string>),
      "Accept-Language": language.value, // what a job says is said in the page's language
      Authorization: `Bearer ${this.token()}`,
    };
    let answer: Response;
    try {
      answer = await fetch(path, { ...init, method, headers, cache: "no-store", redirect: "error" });
    } catch (problem) {
      if (init.signal?.aborted) throw problem;
      throw new Gone(String(problem));
    }
    if (!answer.ok) throw new Refused(await errorOf(answer), answer.status);
    return answer;
  }
}

const JSON_BODY = { "Content-Type": "application/json" };

async function errorOf(answer: Response): Promise<ErrorLine> {
  try {
    const line = (await answer.json()) as ErrorLine;
    if (typeof line.code === "string" && typeof line.message === "string") return line;
  } catch {
    // not ours: told below
  }
  return {
    schema: "plugsmith/1",
    type: "error",
    code: "PS-UI-ANSWER",
    exit: 1,
    message: `The server answered ${answer.status} and did not say why.`,
    hint: "Reload the page; if it stays so, start plugsmith ui again.",
    data: { status: answer.status },
  };
}
