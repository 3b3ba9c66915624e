// The pins as they stand now: what was recovered, with the changes of the person.
import type { ErrorLine } from "../backend/backend";
import { jobView, journey } from "../state/journey";
import { t } from "../text/t";

export interface PinRow {
  gpio: number;
  role: string;
  channel: number;
  channel2: number | null;
  text: string;
  why: string;
  alternatives?: { role: string; reason: string }[];
  where?: { key: string; copy: string; offset: number; checks: string[] }[];
}

export interface Template {
  vendor: string;
  name: string;
  chip: string;
  board: string;
  pins: Record<string, string>;
  flags: string;
  command: string;
  [more: string]: unknown;
}

export interface PinsResult {
  status: string;
  confidence: string | null;
  reason?: string;
  module: string | null;
  pins: PinRow[];
  template: Template | null;
  notes: string[];
  looks_like?: string | null;
}

export function pinsResult(): PinsResult | null {
  return (jobView("pins")?.result as PinsResult | null) ?? null;
}

export function pinsError(): ErrorLine | null {
  return jobView("pins")?.error ?? null;
}

export function templateOf(): Template | null {
  const found = pinsResult();
  const edits = journey.value.edits;
  const base = found?.template ?? null;
  if (!base && !Object.keys(edits).length) return null;
  const pins: Record<string, string> = { ...(base?.pins ?? {}) };
  for (const [gpio, role] of Object.entries(edits)) {
    if (role) pins[gpio] = role;
    else delete pins[gpio];
  }
  const info = jobView("info")?.result as { chip?: string } | null;
  return {
    vendor: "",
    name: "",
    chip: info?.chip ?? "",
    board: journey.value.module ?? "",
    flags: "0",
    command: "",
    ...(base ?? {}),
    pins,
  };
}

const WORDS: [RegExp, (match: RegExpMatchArray) => string][] = [
  [/^Rel;(\d+)/, (m) => t("relay {n}", { n: m[1] ?? "" })],
  [/^Rel_n;(\d+)/, (m) => t("relay {n}, inverted", { n: m[1] ?? "" })],
  [/^Btn(?:_n)?;(\d+)/, (m) => t("button {n}", { n: m[1] ?? "" })],
  [/^LED;(\d+)/, (m) => t("LED {n}", { n: m[1] ?? "" })],
  [/^LED_n;(\d+)/, (m) => t("LED {n}, inverted", { n: m[1] ?? "" })],
  [/^WifiLED/, () => t("network LED")],
  [/^BL0937SEL/, () => t("meter SEL")],
  [/^BL0937CF1/, () => t("meter CF1")],
  [/^BL0937CF/, () => t("meter CF")],
  [/^PWM(?:_n)?;(\d+)/, (m) => `PWM ${m[1]}`],
];

/** A role in a few words: "Rel;1" -> "relay 1". */
export function roleWords(role: string): string {
  for (const [pattern, words] of WORDS) {
    const match = pattern.exec(role);
    if (match) return words(match);
  }
  return role.split(";").filter((part) => part && part !== "0").join(" ");
}

/** Roles that a person may want to give by hand; anything else can be typed. */
export const ROLES = [
  "Rel;1", "Rel;2", "Rel_n;1", "Btn;1", "Btn;2", "Btn_n;1", "LED;1", "LED_n;1", "WifiLED;0", "WifiLED_n;0",
  "BL0937CF;0", "BL0937CF1;0", "BL0937SEL;0", "BL0937SEL_n;0", "PWM;1", "PWM;2", "PWM;3", "PWM;4", "PWM;5", "TglChanOnTgl;1", "dInput;1",
];
