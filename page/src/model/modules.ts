// Modules: what is printed on them, which chip they carry, where their pads lie.
import { n } from "../text/t";
import facts from "../facts/modules.json";

export interface Pad {
  signal: string;
  number: number | null;
  where: string;
  note?: string;
}

export interface Module {
  name: string;
  chip: string;
  support: string;
  gpios: number[];
  pads: Pad[];
  outline: { width: number; height: number; rows: Record<string, string[]> } | null;
  /** Pins of the chip that lead to its flash -> lines of an SPI adapter; missing: not known. */
  spi?: Record<string, string>;
  /** Whether the chip is silent on the UART once its boot loader is lost. */
  needs_spi?: boolean;
  /** The way to free it, where Plugsmith cannot; empty texts are not known. */
  other?: OtherWay;
  /** Other names of a chip; only rows that are no module but a chip have them. */
  also?: string[];
}

export interface OtherWay {
  firmware: string[];
  tool: string;
  install: string;
  backup: string;
  flash: string;
  rx: string;
  tx: string;
  strap: string;
  level: string;
  /** Whether `plugsmith backup` reads it by itself. */
  reads: boolean;
  /** The same by Plugsmith, which runs the tool; nothing where it cannot. */
  by_plugsmith: string[];
  evidence: string[];
}

type Row = Partial<Module> & { name: string; chip: string; way?: string };
const ways = facts.ways as Record<string, OtherWay>;

export const MODULES: Module[] = (facts.modules as unknown as Row[]).map(({ way, ...row }) => ({
  support: "", gpios: [], pads: [], outline: null, ...row, ...(way ? { other: ways[way] } : {}),
}));

export function moduleNamed(name: string | null | undefined): Module | undefined {
  const wanted = (name ?? "").trim().toUpperCase();
  return MODULES.find((module) => module.name === wanted);
}

// Cyrillic and Greek capitals that look like Latin ones: keyboards switch languages.
const LOOK_ALIKE: Record<string, string> = Object.fromEntries(
  [..."\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"]
    .map((letter, at) => [letter, "ABESIJKMHOPCTYXABEZHIKMNOPTYX"[at] ?? letter]),
);
const latin = (text: string): string => [...text.normalize("NFKC").toUpperCase()].map((one) => LOOK_ALIKE[one] ?? one).join("");
const plain = (text: string): string => latin(text).replace(/[^A-Z0-9]/g, "");
/** Words around a name; between them stands what no name has in it. */
const AROUND = new Set(
  "TUYA SMART MODULE MODUL MODU\u0141 MODEL WIFI WI-FI FCC ID FCCID CHIP BEKEN ESPRESSIF REALTEK TYPE P/N".split(" "),
);
const BETWEEN = /[\s,;:()[\]"'\u201e\u201d]+/;
/** What an FCC number puts before a name (2ANDL-CB3S). */
const GRANTEE = /^2A[A-Z0-9]{3}-(?=.)/;
/** What is printed behind a chip's name: its package, the version of its mask, how it is sold. */
const PACKAGE = /(QN\d\d|(-?[AV][A-Z]?\d)?-C[GT])$/;

/** Modules whose name or chip holds what was typed; the best first. */
export function searchModules(words: string): Module[] {
  const names = latin(words).split(BETWEEN).map((word) => word.replace(GRANTEE, "")).filter((word) => !AROUND.has(word));
  const bare = names.join(" ").trim().replace(PACKAGE, "");
  const wanted = plain(bare) || plain(words);
  const score = (module: Module): number => {
    const name = plain(module.name);
    if (!wanted) return module.also ? 0 : module.outline ? 1 : 0.5;
    if (name === wanted) return 4;
    if (module.also?.some((one) => plain(one) === wanted)) return 3.5;
    if (name.startsWith(wanted)) return 3;
    if (name.includes(wanted)) return 2;
    if (plain(module.chip).includes(wanted)) return 1;
    return 0;
  };
  return MODULES.map((module) => ({ module, points: score(module) }))
    .filter((row) => row.points > (wanted ? 0 : 0.9))
    .sort((a, b) => b.points - a.points || a.module.name.localeCompare(b.module.name))
    .map((row) => row.module);
}

export interface EdgePad {
  label: string;
  signal: string;
  gpio: number | null;
}

export function edgePad(text: string): EdgePad {
  const [label = "", signal = ""] = text.split("=");
  return { label, signal, gpio: /^P\d+$/.test(signal) ? Number(signal.slice(1)) : null };
}

/** What the adapter's wire at this pad is called; empty for pads without a wire. */
export const ADAPTER: Record<string, string> = {
  P10: n("adapter TX"),
  P11: n("adapter RX"),
  GND: n("GND"),
  "3V3": n("3.3 V"),
  CEN: n("reset"),
};

/** What goes to the pad of `signal`, over the UART or over SPI; undefined: no wire. */
export function wireTo(module: Module, wires: "uart" | "spi" | undefined, signal: string): string | undefined {
  if (!wires || (wires === "spi" && (signal === "P10" || signal === "P11"))) return undefined;
  return (wires === "spi" ? module.spi?.[signal] : undefined) ?? ADAPTER[signal];
}

/** The pins of the flash that no pad of the module leads out. */
export function notLedOut(module: Module): string[] {
  const led = new Set(Object.values(module.outline?.rows ?? {}).flat().map((pad) => edgePad(pad).signal));
  return Object.keys(module.spi ?? {}).filter((signal) => !led.has(signal));
}

/** Signals of the maker's papers in the words of the outline. */
export const SIGNALS: Record<string, string> = { RX1: "P10", TX1: "P11", TX2: "P0", "3V3": "3V3", GND: "GND", CEN: "CEN" };
