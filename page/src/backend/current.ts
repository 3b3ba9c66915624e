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
