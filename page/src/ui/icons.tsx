// The few pictures that stand beside words; none of them says something alone.
import type { JSX } from "preact";

const PATHS: Record<string, string> = {
  check: "M4 10.5l4 4 8-9",
  cross: "M5 5l10 10M15 5L5 15",
  warn: "M10 3l8 14H2zM10 8v4M10 14.5v.5",
  info: "M10 9v6M10 5.5v.5",
  down: "M10 3v10m-4-4l4 4 4-4M4 17h12",
  arrow: "M4 10h12m-5-5l5 5-5 5",
  menu: "M3 5h14M3 10h14M3 15h14",
  sun: "M10 6.5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4",
  moon: "M16.5 12.2A7 7 0 017.8 3.5a7 7 0 108.7 8.7z",
  copy: "M7 7h9v10H7zM4 13V3h9",
  print: "M5 8V3h10v5M5 14H3V8h14v6h-2M6 12h8v5H6z",
};

export function Icon({ name, size = 20 }: { name: string; size?: number }): JSX.Element {
  return (
    <svg viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
      <path d={PATHS[name] ?? ""} />
    </svg>
  );
}
