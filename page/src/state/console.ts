// The console of a device: one job that listens, and lines that are typed into it.
import type { WireConsoleResult } from "../schema";
import type { JobId, JobRow } from "../backend/backend";
import { Action, cancelJob } from "./action";

const KEY = "plugsmith.console";

/** The console of this tab: others have theirs, which it neither shows nor ends. */
export class OwnConsole extends Action<WireConsoleResult> {
  private left = false;

  /** Somebody is on its page again. */
  enter(): void {
    this.left = false;
  }

  /** A port that nobody listens to is free for the next job. */
  leave(): void {
    this.left = true;
    this.cancel();
  }

  /** Go on with the one that this tab began before it was loaded again. */
  again(rows: JobRow[]): void {
    const own = sessionStorage.getItem(KEY);
    const row = rows.find((one) => one.id === own && one.verb === "console" && one.state === "running");
    if (row && !this.busy && row.id !== this.view.value?.id) void this.attach(row.id, "console");
  }

  protected override begun(id: JobId): void {
    sessionStorage.setItem(KEY, id);
    if (this.left) cancelJob(id); // its page was left before the server answered
  }
}

export const talk = new OwnConsole();
/** The file that the job writes meanwhile, secrets masked. */
export const LOG_NAME = "console.log";

export interface DeviceLine {
  number: number;
  time: string;
  text: string;
  typed: boolean;
}

const STAMPED = /^\[\s*([\d.]+)\] (.*)$/s;

/** The lines that the device printed or was sent, each with its second. */
export function deviceLines(): DeviceLine[] {
  const notes = talk.view.value?.notes ?? [];
  return notes
    .filter((note) => note.kind === "device")
    .map((note) => {
      const [, time = "", text = note.text] = STAMPED.exec(note.text) ?? [];
      return { number: note.number, time, text, typed: text.startsWith("> ") };
    });
}
