// The module as a drawing: pads where they lie, wires to solder, roles as they become known.
import type { JSX } from "preact";
import { ADAPTER, SIGNALS, edgePad, wireTo, type EdgePad, type Module } from "../model/modules";
import { t } from "../text/t";

export interface PinLabel {
  gpio: number;
  words: string;
  doubt?: boolean;
}

interface Props {
  module: Module;
  /** Which wires are drawn: the four that matter, those of an SPI adapter, or none. */
  wires?: "uart" | "spi";
  labels?: PinLabel[];
  chosen?: number | null;
  onPin?: (gpio: number) => void;
}

const WIDTH = 400;
const SCALE = 8;
const ROW = 27;

export function ModulePicture(props: Props): JSX.Element {
  const { module } = props;
  const parts: JSX.Element[] = [];
  let bottom = 0;
  if (module.outline) {
    const rows = module.outline.rows;
    const faces = rows.odd ? [rows.odd, rows.even ?? []] : null;
    if (faces)
      for (const face of faces.filter((pads) => hasUse(pads, props))) {
        const top = bottom + (bottom ? 30 : 0);
        const numbers = face.map((pad) => edgePad(pad).label).sort((a, b) => Number(a) - Number(b)).join(", ");
        parts.push(
          <text x={WIDTH / 2} y={top + 12} text-anchor="middle" class="small">
            {t("The face with the pads {numbers}", { numbers })}
          </text>,
        );
        bottom = drawBoard(parts, props, top + 22, { bottom: face }, false);
      }
    else bottom = drawBoard(parts, props, 4, rows, true);
    const points = (rows.points ?? []).map(edgePad).filter((pad) => { const label = labelOf(pad, props); return label !== null && label.kind !== "plain"; });
    if (points.length) bottom = drawPoints(parts, props, points, bottom + 26);
  } else bottom = drawList(parts, props);
  return (
    <figure class="module">
      <svg viewBox={`0 0 ${WIDTH} ${bottom + 12}`} role={props.onPin ? "group" : "img"} aria-label={describe(props)}>
        {parts}
      </svg>
    </figure>
  );
}

function hasUse(pads: string[], props: Props): boolean {
  return pads.length > 0 && (!props.wires || pads.some((pad) => wireTo(props.module, props.wires, edgePad(pad).signal)));
}

interface Label {
  name: string;
  words: string;
  kind: "hot" | "role" | "doubt" | "plain";
}

/** What stands at a pad; null: nothing worth a tag. */
function labelOf(pad: EdgePad, props: Props): Label | null {
  const wire = wireTo(props.module, props.wires, pad.signal);
  if (wire) return { name: pad.signal === "P10" ? "RX1" : pad.signal === "P11" ? "TX1" : pad.signal, words: t(wire), kind: "hot" };
  if (props.wires) return null;
  const role = props.labels?.find((label) => label.gpio === pad.gpio);
  if (role) return { name: pad.signal, words: role.words, kind: role.doubt ? "doubt" : "role" };
  return props.labels ? { name: pad.signal, words: "", kind: "plain" } : { name: pad.signal, words: "", kind: "plain" };
}

function drawBoard(
  parts: JSX.Element[],
  props: Props,
  top: number,
  rows: Record<string, string[]>,
  shield: boolean,
): number {
  const outline = props.module.outline as NonNullable<Module["outline"]>;
  const sides = Math.max(rows.left?.length ?? 0, rows.right?.length ?? 0);
  const width = outline.width * SCALE;
  const height = Math.max(outline.height * SCALE, sides ? 70 + sides * ROW : 0);
  const left = (WIDTH - width) / 2;
  const right = left + width;
  const low = top + height;
  const zigzag: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    const x = left + 12 + ((width - 24) * Math.floor((n + 1) / 2)) / 5;
    zigzag.push(`${x.toFixed(1)},${(top + (Math.floor(n / 2) % 2 ? 12 : 30)).toFixed(1)}`);
  }
  parts.push(
    <rect x={left} y={top} width={width} height={height} rx="6" class="board" stroke-width="1.5" />,
    <polyline points={zigzag.join(" ")} class="aerial" />,
  );
  if (shield) parts.push(<rect x={left + width * 0.2} y={top + 46} width={width * 0.6} height={height - 86} rx="4" class="shield" />);
  parts.push(
    <text x={WIDTH / 2} y={shield ? low - 16 : top + height / 2 + 8} text-anchor="middle" class="on-board">
      {props.module.name}
    </text>,
  );
  for (const [side, x, sign] of [["left", left, -1], ["right", right, 1]] as const) {
    const pads = (rows[side] ?? []).map(edgePad);
    pads.forEach((pad, n) => {
      const y = top + 50 + n * ((height - 74) / Math.max(1, pads.length - 1));
      const label = labelOf(pad, props);
      drawPad(parts, pad, x, y, label !== null);
      if (label) drawTag(parts, props, pad, label, [[x + sign * 9, y], [x + sign * 22, y]], sign);
    });
  }
  return drawBottom(parts, props, (rows.bottom ?? []).map(edgePad), left, right, low);
}

function drawBottom(
  parts: JSX.Element[],
  props: Props,
  pads: EdgePad[],
  left: number,
  right: number,
  low: number,
): number {
  if (!pads.length) return low;
  const step = (right - left - 22) / Math.max(1, pads.length - 1);
  const half = Math.ceil(pads.length / 2);
  const tagged = pads.map((pad) => labelOf(pad, props));
  let deepest = low + 10;
  // The outermost pad has the uppermost label, so that lines do not cross.
  for (const [from, to, sign] of [[0, half, -1], [pads.length - 1, half - 1, 1]] as const) {
    let row = 0;
    for (let n = from; n !== to; n += sign < 0 ? 1 : -1) {
      const pad = pads[n] as EdgePad;
      const x = left + 11 + n * step;
      const label = tagged[n];
      drawPad(parts, pad, x, low, !!label, Math.min(18, step - 2));
      if (!label) continue;
      const y = low + 28 + row * ROW;
      row += 1;
      const middle = (left + right) / 2;
      const end = sign < 0 ? Math.min(left + 4, middle) : Math.max(right - 4, middle);
      drawTag(parts, props, pad, label, [[x, low + 9], [x, y], [end, y]], sign);
      deepest = Math.max(deepest, y + 12);
    }
  }
  return deepest;
}

function drawPad(parts: JSX.Element[], pad: EdgePad, x: number, y: number, on: boolean, width = 18): void {
  parts.push(
    <rect x={x - width / 2} y={y - 8} width={width} height="16" rx="2.5" class={on ? "pad" : "pad off"} />,
    <text x={x} y={y + 4} text-anchor="middle" class="padtext">{pad.label.length > 3 ? "" : pad.label}</text>,
  );
}

function drawTag(
  parts: JSX.Element[],
  props: Props,
  pad: EdgePad,
  label: Label,
  wire: [number, number][],
  sign: number,
): void {
  const [x, y] = wire[wire.length - 1] as [number, number];
  const hot = label.kind === "hot";
  const words = label.words === label.name ? "" : label.words;
  const room = sign < 0 ? x - 2 : WIDTH - x - 2;
  const each = hot ? 8.7 : 7.4;
  const width = Math.min(room, label.name.length * 9.2 + (words ? words.length * each + 8 : 0) + 16);
  const box = sign < 0 ? x - width : x;
  const shown = words && cut(words, Math.floor((width - 20 - label.name.length * 9.2) / (each - 0.3)));
  const gpio = pad.gpio;
  const clickable = props.onPin && gpio !== null && label.kind !== "plain";
  const chosen = gpio !== null && props.chosen === gpio;
  parts.push(<polyline points={wire.map((point) => point.map((n) => n.toFixed(1)).join(",")).join(" ")} class={hot ? "wire hot" : "wire"} />);
  const drawing = (
    <>
      <rect x={box} y={y - 11} width={width} height="22" rx="6" class={`tagbox ${label.kind} ${chosen ? "chosen" : ""}`} />
      <text x={box + 8} y={y + 4.5} class={`tagtext ${label.kind}`}>
        <tspan class="pinname">{label.name}{shown ? " " : ""}</tspan>
        {shown && <tspan dx="2">{shown}</tspan>}
      </text>
    </>
  );
  parts.push(
    clickable ? (
      <g
        role="button"
        tabIndex={0}
        aria-label={`${label.name} ${shown}`}
        aria-pressed={chosen}
        onClick={() => props.onPin?.(gpio)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          props.onPin?.(gpio);
        }}
      >
        {drawing}
      </g>
    ) : (
      <g>{drawing}</g>
    ),
  );
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

function drawPoints(parts: JSX.Element[], props: Props, points: EdgePad[], top: number): number {
  parts.push(<text x={WIDTH / 2} y={top} text-anchor="middle" class="small">{t("Test points on the board")}</text>);
  let y = top + 24;
  points.forEach((pad, n) => {
    const x = n % 2 ? WIDTH / 2 + 44 : 44;
    y = top + 24 + Math.floor(n / 2) * ROW;
    const label = labelOf(pad, props) as Label;
    parts.push(<circle cx={x} cy={y} r="9" class="pad" />);
    parts.push(<text x={x - 14} y={y + 4} text-anchor="end" class="small">{pad.label}</text>);
    drawTag(parts, props, pad, label, [[x + 9, y], [x + 18, y]], 1);
  });
  return y + 12;
}

function drawList(parts: JSX.Element[], props: Props): number {
  const rows = props.module.pads.filter((pad) => !props.wires || ADAPTER[SIGNALS[pad.signal] ?? ""]);
  parts.push(
    <text x="4" y="16" class="small">
      {rows.length ? t("Where these pads lie, in the maker's numbers:") : t("Nobody has written down the pads of this module.")}
    </text>,
  );
  rows.forEach((pad, n) => {
    const y = 44 + n * 30;
    const signal = SIGNALS[pad.signal] ?? pad.signal;
    const place = [pad.number !== null ? t("pad {n}", { n: pad.number }) : "", t(pad.where), pad.note ? t(pad.note) : ""].filter(Boolean).join(", ");
    drawTag(parts, props, { label: "", signal, gpio: null }, { name: pad.signal, words: t(ADAPTER[signal] ?? ""), kind: props.wires ? "hot" : "plain" }, [[4, y], [4, y]], 1);
    parts.push(<text x="180" y={y + 4.5}>{place}</text>);
  });
  return 44 + Math.max(0, rows.length - 1) * 30 + 12;
}

function describe(props: Props): string {
  const { module } = props;
  if (props.wires === "spi") {
    const pads = Object.values(module.outline?.rows ?? {}).flat().map(edgePad);
    const wired = pads.map((pad) => [pad, wireTo(module, "spi", pad.signal)] as const).filter(([, wire]) => wire);
    return `${module.name}. ${wired.map(([pad, wire]) => `${pad.signal} (${pad.label}): ${t(wire ?? "")}`).join("; ")}`;
  }
  if (props.wires) {
    const pads = module.pads
      .map((pad) => {
        const signal = SIGNALS[pad.signal] ?? "";
        const wire = ADAPTER[signal];
        const place = pad.number !== null ? t("pad {n}", { n: pad.number }) : t(pad.note || pad.where);
        return wire ? `${pad.signal} (${place}): ${t(wire)}` : "";
      })
      .filter(Boolean);
    return `${module.name}. ${pads.join("; ")}`;
  }
  const roles = (props.labels ?? []).map((label) => `P${label.gpio} ${label.words}`);
  return `${module.name}. ${roles.join(", ")}`;
}
