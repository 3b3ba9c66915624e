// The console of a device: one job that listens, and lines that are typed into it.
import type { WireConsoleResult } from "../schema";
import { Action } from "./action";

export const talk = new Action<WireConsoleResult>();
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
