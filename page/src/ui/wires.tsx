// Computer, adapter, four wires and the module as a drawing; what is wrong is marked on it.
import type { JSX } from "preact";
import type { Mark, Trouble, WireName } from "../model/trouble";
import { t } from "../text/t";
import { SHAPES } from "./line";

const LANES: [WireName, string, number][] = [
  ["3V3", "3.3 V", 44],
  ["GND", "GND", 74],
  ["RX1", "TX", 104],
  ["TX1", "RX", 134],
];
const FROM = 178; // the adapter's pads
const TO = 352; // the module's pads

/** `trouble` null: all is well. `heard` draws the wave of what comes back. */
export function WiresPicture({ trouble, heard }: { trouble: Trouble | null; heard?: string }): JSX.Element {
  const words = trouble ? t(trouble.words) : t("Computer, adapter, four wires, module.");
  return (
    <figure class="wires">
      <svg viewBox="0 0 480 188" role="img" aria-label={words}>
        <Computer trouble={trouble} />
        <rect x="112" y="24" width="66" height="130" rx="8" class="w-part" />
        <text x="145" y="176" text-anchor="middle" class="w-name">{t("adapter")}</text>
        <rect x={TO} y="14" width="86" height="150" rx="8" class="w-board" />
        <rect x={TO + 34} y="52" width="40" height="70" rx="4" class="w-shield" />
        <path d={`M${TO + 30} 24h10v10h10v-10h10v10h10v-10h8`} class="w-aerial" />
        <text x={TO + 43} y="182" text-anchor="middle" class="w-name">{t("module")}</text>
        {LANES.map(([module, adapter, y]) => (
          <Lane module={module} adapter={adapter} y={y} mark={trouble?.wires?.[module]} swap={!!trouble?.swap && y > 90} logPad={!!trouble?.logPad && module === "TX1"} />
        ))}
        {heard && SHAPES[heard] && (
          <g transform="translate(211 122)" class={`w-wave ${trouble ? "bad" : ""}`} aria-hidden="true">
            <rect width="108" height="24" rx="6" class="w-wave-box" />
            <path d={SHAPES[heard]} transform="translate(12 0)" />
          </g>
        )}
        {trouble?.bridge && <Bridge />}
        {trouble?.swap && <Swap />}
        {trouble?.guest && <Guest />}
        {trouble?.reset && <Reset />}
      </svg>
      {trouble && <figcaption class="small">{words}</figcaption>}
    </figure>
  );
}

function Computer({ trouble }: { trouble: Trouble | null }): JSX.Element {
  const out = trouble?.cable === "out";
  return (
    <g>
      <rect x="8" y="56" width="58" height="42" rx="4" class="w-part" />
      <path d="M28 98v12M46 98v12M20 112h34" class="w-line" />
      {out ? (
        <>
          <path d="M66 78h10M112 78H98" class="w-cable bad" />
          <rect x="76" y="72" width="8" height="12" class="w-bad-fill" />
          <Mark_ x={91} y={58} mark="cut" />
        </>
      ) : (
        <path d="M66 78h46" class="w-cable" />
      )}
      {trouble?.locked && (
        <g transform="translate(77 58)">
          <rect x="0" y="12" width="24" height="18" rx="3" class="w-bad-fill" />
          <path d="M5 12V7a7 7 0 0114 0v5" class="w-bad-line" />
        </g>
      )}
    </g>
  );
}

interface LaneProps {
  module: string;
  adapter: string;
  y: number;
  mark?: Mark;
  swap: boolean;
  logPad: boolean;
}

function Lane({ module, adapter, y, mark, swap, logPad }: LaneProps): JSX.Element {
  const bad = mark || swap || logPad;
  const cut = mark === "cut";
  return (
    <g>
      <text x={FROM - 14} y={y + 5} text-anchor="end" class="w-pin">{adapter}</text>
      <rect x={FROM - 8} y={y - 6} width="14" height="12" rx="2" class="w-pad" />
      <rect x={TO - 6} y={y - 6} width="14" height="12" rx="2" class="w-pad" />
      <text x={TO + 94} y={y + 5} class={`w-pin ${logPad ? "bad" : ""}`}>{logPad ? "TX2" : module}</text>
      {!swap && (cut ? <path d={`M${FROM + 6} ${y}h66M${TO - 6} ${y}h-66`} class="w-wire bad" /> : <path d={`M${FROM + 6} ${y}H${TO - 6}`} class={bad ? "w-wire bad" : "w-wire"} />)}
      {(mark || logPad) && <Mark_ x={(FROM + TO) / 2} y={y} mark={mark ?? "doubt"} />}
    </g>
  );
}

/** A round mark: a cross for what is cut, a question for what may be. */
function Mark_({ x, y, mark }: { x: number; y: number; mark: Mark }): JSX.Element {
  return (
    <g>
      <circle cx={x} cy={y} r="11" class="w-mark" />
      {mark === "cut" ? <path d={`M${x - 4} ${y - 4}l8 8m0-8l-8 8`} class="w-mark-line" /> : <text x={x} y={y + 5} text-anchor="middle" class="w-mark-text">?</text>}
    </g>
  );
}

function Swap(): JSX.Element {
  return (
    <g>
      <path d={`M${FROM + 6} 104C250 104 270 134 ${TO - 6} 134M${FROM + 6} 134C250 134 270 104 ${TO - 6} 104`} class="w-wire bad dashed" />
      <Mark_ x={(FROM + TO) / 2} y={119} mark="doubt" />
    </g>
  );
}

function Bridge(): JSX.Element {
  return (
    <g>
      <path d={`M${TO + 1} 104c-34 2-34 28 0 30`} class="w-wire bad" />
      <circle cx={TO + 1} cy="119" r="9" class="w-bad-fill" />
      <Mark_ x={TO - 44} y={119} mark="cut" />
    </g>
  );
}

function Guest(): JSX.Element {
  return (
    <g>
      <path d="M250 104V54M270 134V54" class="w-wire bad" />
      <rect x="232" y="10" width="58" height="44" rx="4" class="w-guest" />
      <text x="261" y="37" text-anchor="middle" class="w-mark-text">MCU</text>
    </g>
  );
}

function Reset(): JSX.Element {
  return (
    <g class="probe">
      <path d={`M${TO + 62} 2v10`} class="w-wire bad" />
      <rect x={TO + 54} y="10" width="16" height="10" rx="2" class="w-pad" />
      <text x={TO + 46} y="10" text-anchor="end" class="w-pin bad">GND → CEN</text>
    </g>
  );
}
