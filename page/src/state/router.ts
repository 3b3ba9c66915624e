// Where we are: #/free/backup. Nothing secret ever stands in an address.
import { signal } from "@preact/signals";

function read(): string[] {
  const path = location.hash.replace(/^#\/?/, "").split("?")[0] ?? "";
  return path.split("/").filter(Boolean).map(decoded);
}

/** An address that somebody typed or cut short must not stop the page. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = signal<string[]>([]);

export function startRouter(): void {
  route.value = read();
  addEventListener("hashchange", () => {
    route.value = read();
  });
}

export function go(...parts: string[]): void {
  location.hash = "#/" + parts.map(encodeURIComponent).join("/");
}

export function href(...parts: string[]): string {
  return "#/" + parts.map(encodeURIComponent).join("/");
}
