// The one back end of this page; tests put another one in its place.
import { signal } from "@preact/signals";
import type { About, Backend } from "./backend";
import { LocalBackend } from "./local";
import { token } from "../state/token";

let chosen: Backend = new LocalBackend(token);

export function backend(): Backend {
  return chosen;
}

export function useBackend(other: Backend): void {
  chosen = other;
}

/** What the server said about itself; null before its first answer. */
export const about = signal<About | null>(null);
/** How the connection to the server is. */
export const link = signal<"starting" | "here" | "gone" | "refused">("starting");

/** The start of a page without a server; null where a server does the work. */
export interface Startup {
  done: number; // of 3 steps
  ready: boolean;
  failed: string | null;
  /** Why the browser keeps nothing; null when it does. */
  kept: string | null;
  /** Whether the browser promised not to clear it away; null before it said. */
  lasting: boolean | null;
  serial: boolean; // the browser has Web Serial, and can wait for it
  secure: boolean; // the address begins with https, or is this computer
  build: string; // a hash over all files
  ms: number;
}

export const startup = signal<Startup | null>(null);
/** How long the last change of the rate took, in milliseconds; null before the first. */
export const reopenMs = signal<number | null>(null);
