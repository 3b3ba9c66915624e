// A module as a thumbnail: its proportions and on which edges its pads lie, so that it is recognised.
import type { JSX } from "preact";
import type { Module } from "../model/modules";

const BOX = 52;

export function ModuleMini({ module }: { module: Module | undefined }): JSX.Element {
  const size = module?.outline ?? { width: 18, height: 24, rows: {} };
  const scale = (BOX - 8) / Math.max(size.width, size.height, 24);
  const [width, height] = [size.width * scale, size.height * scale];
  const [left, top] = [(BOX - width) / 2, (BOX - height) / 2];
  const rows: Record<string, string[]> = size.rows;
  const bottom = rows.bottom ?? rows.odd ?? [];
  const pads: JSX.Element[] = [];
  bottom.forEach((_pad, n) => {
    const step = width / bottom.length;
    pads.push(<rect x={left + n * step + step * 0.2} y={top + height - 4} width={step * 0.6} height="5" class="pad" />);
  });
  for (const [side, x] of [["left", left - 1], ["right", left + width - 4]] as const) {
    const edge = rows[side] ?? [];
    edge.forEach((_pad, n) => {
      const step = (height - 14) / Math.max(1, edge.length);
      pads.push(<rect x={x} y={top + 12 + n * step} width="5" height={Math.max(1, step * 0.55)} class="pad" />);
    });
  }
  return (
    <svg class="mini module-look" viewBox={`0 0 ${BOX} ${BOX}`} aria-hidden="true">
      <rect x={left} y={top} width={width} height={height} rx="2" class={`board ${module?.outline ? "" : "unknown"}`} />
      {pads}
      <path d={`M${left + 3} ${top + 8}v-4h${width / 6}v4h${width / 6}v-4h${width / 6}v4h${width / 6}v-4`} class="aerial" />
    </svg>
  );
}
