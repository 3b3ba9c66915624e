// Where firmware releases come from; kept in this browser. Empty: OpenBeken's own project on GitHub.
import { effect, signal } from "@preact/signals";
import type { Request } from "../backend/backend";

export interface ReleaseSource {
  repo: string;
  server: string;
  offline: boolean;
}

const KEY = "plugsmith.releases";
const NONE: ReleaseSource = { repo: "", server: "", offline: false };

function stored(): ReleaseSource {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<ReleaseSource>;
    return { repo: String(found.repo ?? ""), server: String(found.server ?? ""), offline: found.offline === true };
  } catch {
    return NONE;
  }
}

export const releases = signal<ReleaseSource>(NONE);

export function startReleases(): void {
  releases.value = stored();
  effect(() => {
    localStorage.setItem(KEY, JSON.stringify(releases.value));
  });
}

/** The fields of `image fetch` that say where from. */
export function releaseFields(): Request {
  const { repo, server, offline } = releases.value;
  return { ...(repo.trim() && { repo: repo.trim() }), ...(server.trim() && { server: server.trim() }), ...(offline && { offline }) };
}
