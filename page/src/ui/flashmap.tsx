// The flash as a picture: one cell is 4 KiB. Each state has a pattern beside its colour.
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { CELL, runs, type CellState, type MapModel, type Region } from "../model/flashmap";
import { address, bytes, t, n } from "../text/t";

const COLUMNS = 32;
const W = 12;
const H = 12;

const NAMES: Record<CellState, string> = {
  unknown: n("not read yet"),
  kept: n("kept"),
  reading: n("being read"),
  read: n("read"),
  proven: n("read and proven"),
  blank: n("blank"),
  equal: n("equal already"),
  erase: n("to be erased"),
  write: n("to be written"),
  written: n("written"),
  sound: n("sound"),
  foreign: n("not understood"),
  differs: n("differs"),
  damaged: n("damaged"),
};

/** Patterns for one SVG; `id` keeps two maps on a page apart. */
function Patterns({ id }: { id: string }): JSX.Element {
  const p = (state: CellState, mark: JSX.Element | null): JSX.Element => (
    <pattern id={`${id}-${state}`} width="6" height="6" patternUnits="userSpaceOnUse">
      <rect width="6" height="6" class={`m-${state}`} />
      {mark}
    </pattern>
  );
  return (
    <defs>
      {p("unknown", null)}
      {p("kept", <circle cx="3" cy="3" r="0.9" class="m-kept-mark" />)}
      {p("proven", null)}
      {p("reading", null)}
      {p("read", <path d="M0 3h6" class="m-read-mark" stroke-width="2.4" />)}
      {p("blank", <path d="M0 6L6 0" class="m-blank-mark" stroke-width="0.5" />)}
      {p("equal", <path d="M0 1.5h6M0 4.5h6" class="m-equal-mark" stroke-width="0.7" />)}
      {p("erase", <path d="M0 0l6 6M-1 5l2 2M5 -1l2 2" class="m-erase-mark" stroke-width="1.3" />)}
      {p("write", <rect x="1" y="1" width="4" height="4" class="m-write-mark" />)}
      {p("written", null)}
      {p("sound", <path d="M3 0v6" class="m-sound-mark" stroke-width="1.2" />)}
      {p("foreign", <circle cx="3" cy="3" r="1.3" class="m-foreign-mark" stroke-width="0.8" fill="none" />)}
      {p("differs", <path d="M0 0l6 6M6 0L0 6" class="m-differs-mark" stroke-width="1" />)}
      <pattern id={`${id}-grid`} width={W} height={H} patternUnits="userSpaceOnUse">
        <path d={`M${W} 0V${H}H0`} class="m-grid" />
      </pattern>
      {p("damaged", <path d="M0 0l6 6M6 0L0 6" class="m-damaged-mark" stroke-width="1.2" />)}
    </defs>
  );
}

function Swatch({ id, state }: { id: string; state: CellState }): JSX.Element {
  return (
    <svg viewBox="0 0 20 14" aria-hidden="true">
      <rect width="20" height="14" fill={`url(#${id}-${state})`} />
      <rect x="0.5" y="0.5" width="19" height="13" rx="2.5" class="m-edge" />
    </svg>
  );
}

export function FlashMap(props: { map: MapModel; title: string; regions?: boolean }): JSX.Element {
  const { map } = props;
  const id = useId().replace(/[^\w-]/g, "");
  const [at, setAt] = useState<number | null>(null);
  const rows = Math.ceil(map.cells.length / COLUMNS);
  const width = COLUMNS * W;
  const present = [...new Set(map.cells)];
  const counts = (state: CellState): number => map.cells.filter((cell) => cell === state).length;
  const summary = present
    .map((state) => `${bytes(counts(state) * CELL)} ${t(NAMES[state])}`)
    .join(", ");

  const place = (event: JSX.TargetedPointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * COLUMNS);
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    setAt(Math.max(0, Math.min(map.cells.length - 1, row * COLUMNS + column)));
  };
  const step = (event: JSX.TargetedKeyboardEvent<SVGSVGElement>): void => {
    const moves: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(map.cells.length - 1, (at ?? 0) + move)));
  };

  return (
    <figure class="map" data-map={present.join(" ")}>
      <figcaption class="spread">
        <strong>{props.title}</strong>
        <span class="small quiet">{t("one square is 4 KiB")}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${rows * H}`}
        tabIndex={0}
        role="img"
        aria-label={`${props.title}: ${summary}. ${t("Arrow keys move through it.")}`}
        onPointerMove={place}
        onPointerDown={place}
        onPointerLeave={() => setAt(null)}
        onKeyDown={step}
        onFocus={() => setAt(at ?? 0)}
        onBlur={() => setAt(null)}
      >
        <Patterns id={id} />
        <rect width={width} height={rows * H} class="m-bg" />
        {runs(map.cells, COLUMNS).map((run) => (
          <rect
            key={`${run.row}.${run.column}`}
            x={run.column * W}
            y={run.row * H}
            width={run.length * W}
            height={H}
            fill={`url(#${id}-${run.state})`}
          />
        ))}
        <rect width={width} height={rows * H} fill={`url(#${id}-grid)`} />
        {at !== null && (
          <rect x={(at % COLUMNS) * W + 0.8} y={Math.floor(at / COLUMNS) * H + 0.8} width={W - 1.6} height={H - 1.6} rx="2" class="m-cursor" />
        )}
      </svg>
      <p class="tell" aria-live="polite">{at === null ? summary : tell(map, at)}</p>
      {props.regions && map.regions.length > 0 ? (
        <Regions id={id} regions={map.regions} onAt={setAt} />
      ) : (
        <ul class="legend" aria-label={t("Legend")}>
          {present.map((state) => (
            <li><Swatch id={id} state={state} />{t(NAMES[state])}</li>
          ))}
        </ul>
      )}
    </figure>
  );
}

/** Those that change first and open; the kept ones folded away. */
function Regions(props: { id: string; regions: Region[]; onAt: (cell: number | null) => void }): JSX.Element {
  const row = (region: Region): JSX.Element => (
    <li onPointerEnter={() => props.onAt(Math.floor(region.start / CELL))} onPointerLeave={() => props.onAt(null)}>
      <Swatch id={props.id} state={region.state} />
      <span>{t(region.name)}<span class="quiet">, {t(NAMES[region.state])}</span></span>
      <span class="num quiet">{bytes(region.end - region.start)}</span>
    </li>
  );
  const quiet = props.regions.filter((region) => region.state === "kept");
  const loud = props.regions.filter((region) => region.state !== "kept");
  return (
    <>
      {loud.length > 0 && <ul class="regions" aria-label={t("Regions")}>{loud.map(row)}</ul>}
      {quiet.length > 0 && (
        <details>
          <summary class="small quiet">{t("{n} regions are kept", { n: quiet.length })}</summary>
          <ul class="regions" aria-label={t("Kept regions")}>{quiet.map(row)}</ul>
        </details>
      )}
    </>
  );
}

function tell(map: MapModel, cell: number): JSX.Element {
  const start = cell * CELL;
  const region = regionAt(map.regions, start);
  return (
    <>
      <strong class="num">{address(start)}</strong> {region?.name ? `${t(region.name)}, ` : ""}
      {t(NAMES[map.cells[cell] ?? "unknown"])}
      {region?.why ? `. ${region.why}` : ""}
    </>
  );
}

function regionAt(regions: Region[], start: number): Region | undefined {
  return regions.find((region) => start < region.end && start + CELL > region.start);
}
