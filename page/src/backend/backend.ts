// What the page needs of whoever does the work. Nothing outside of backend/ knows HTTP.
import type { AskLine, ErrorLine, Line } from "../schema";

export type { AskLine, ErrorLine, Line };
export type JobId = string;
export type Handle = string;
export type Request = Record<string, unknown>;
export type Secrets = Partial<Record<"wifi_password" | "mqtt_password" | "device_password", string>>;
export type JobState = "running" | "asking" | "done" | "failed" | "cancelled";

export interface VerbInfo {
  name: string;
  summary: string;
  needs: string[];
  asks: boolean;
}

export interface About {
  version: string;
  schema: string;
  language: string;
  languages: string[];
  extras: Record<string, boolean>;
  verbs: VerbInfo[];
  server: string;
}

export interface JobRow {
  id: JobId;
  verb: string;
  request: Request;
  port: string | null;
  state: JobState;
  began: string;
  ended: string | null;
  last: number;
}

export interface PortInfo {
  device: string;
  maker?: string | null;
  product?: string | null;
  serial?: string | null;
  in_use_by?: string | null;
  picked?: boolean;
  job?: JobId | null;
  practice?: boolean;
  label?: string;
}

export interface Stored {
  file: Handle;
  size: number;
  sha256: string;
}

export interface PracticeChip {
  port: string;
  log_port?: string | null;
  label: string;
  board?: string;
  chip?: string;
  plugged?: boolean;
  image?: Handle | null;
  wrong_image?: Handle | null;
  /** The one network around the plug. */
  wifi?: { ssid: string; password: string } | null;
  host?: string | null;
  relay?: boolean | null;
  watts?: number | null;
  led?: boolean | null;
}

export interface HandbookPage {
  name: string;
  title: string;
}

export interface Practice {
  start(board: string): Promise<PracticeChip>;
  list(): Promise<PracticeChip[]>;
  press(port: string, what: string): Promise<void>;
  end(port: string): Promise<void>;
}

/** The library as one file; what is there already is never changed. */
export interface WholeLibrary {
  save(): Promise<Blob>;
  take(file: Blob): Promise<{ added: number; same: number; differs: string[] }>;
}

/** `last` numbers the events of a job from 1 on. */
export type OnEvent = (line: Line, number: number) => void;

export interface Backend {
  about(): Promise<About>;
  ports(): Promise<PortInfo[]>;
  /** `secrets` reach the job and nothing else: they are kept in memory, never listed, never logged. */
  start(verb: string, request: Request, secrets?: Secrets): Promise<JobId>;
  jobs(): Promise<JobRow[]>;
  /** Calls `onEvent` for each event after number `after`; resolves when the job has ended. */
  events(job: JobId, after: number, onEvent: OnEvent, signal: AbortSignal): Promise<void>;
  answer(job: JobId, ask: string, value: unknown): Promise<void>;
  /** A line for a job that takes them while it runs: a console. */
  type(job: JobId, line: string): Promise<void>;
  cancel(job: JobId): Promise<void>;
  put(name: string, content: Blob): Promise<Stored>;
  get(handle: Handle): Promise<Blob>;
  /** The translations of a language: English text -> text. */
  texts(language: string): Promise<Record<string, string>>;
  /** The documentation: its pages, and one of them as Markdown. */
  handbook(): Promise<HandbookPage[]>;
  page(name: string): Promise<string>;
  practice: Practice | null;
  /** Only where the browser itself keeps the library. */
  library?: WholeLibrary;
  /** Only where the browser itself holds the ports: let the user choose one, in a click. False: none was chosen. */
  choosePort?(): Promise<boolean>;
}

/** A refusal of the back end: the error line of the stream, whatever carried it. */
export class Refused extends Error {
  constructor(
    readonly line: ErrorLine,
    readonly status: number,
  ) {
    super(line.message);
  }
}

/** Nobody answers: the server has ended, or the connection to it is cut. */
export class Gone extends Error {}
