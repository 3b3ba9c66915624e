// Every sentence of the page goes through here: the English text is the key of its translation.
import { signal } from "@preact/signals";
import WORDS from "../facts/words.json";

export type Catalogue = Record<string, string>;
export const language = signal("en");
const catalogues: Record<string, Catalogue> = {};
const version = signal(0);

/** Make the translations of a language known. */
export function addCatalogue(name: string, texts: Catalogue): void {
  catalogues[name] = texts;
  version.value += 1;
}

/** The text in the page's language, with {names} filled in. */
export function t(text: string, values?: Record<string, string | number>): string {
  version.value; // read: a catalogue that arrives later draws again
  const pattern = catalogues[language.value]?.[text] ?? text;
  if (!values) return pattern;
  const spoken = pattern === text ? "en" : language.value;
  return pattern.replace(/\{(\w+)(?::([^{}]*\|[^{}]*))?\}/g, (whole, name: string, forms?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return forms === undefined ? String(value) : formOf(forms.split("|"), value, spoken);
  });
}

/** The word that goes with a number: plurals.py has the same rules. */
function formOf(forms: string[], value: string | number, spoken: string): string {
  const last = forms[forms.length - 1] ?? "";
  const count = Math.abs(Number(value));
  if (!Number.isInteger(count)) return last;
  const order = spoken === "pl" ? ["one", "few", "many"] : ["one", "other"];
  return forms[order.indexOf(new Intl.PluralRules(spoken).select(count))] ?? last;
}

/** Marks a text for translation where it stands in a table; t() translates it where it is shown. */
export function n(text: string): string {
  return text;
}

/** The words for a code of a result: "tuya-files" -> "vendor files". */
export function told(code: string): string {
  const found = (WORDS as Record<string, string>)[code];
  return found ? t(found) : code.replace(/-/g, " ");
}

const UNITS = ["bytes", "KiB", "MiB"];

/** 2097152 -> "2 MiB". */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 2 && value % 1 !== 0 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** Time left as people say it. */
export function about(seconds: number): string {
  if (seconds < 4) return t("a few seconds");
  if (seconds < 55) return t("about {n} s", { n: Math.ceil(seconds / 5) * 5 });
  if (seconds < 100) return t("about a minute");
  return t("about {n} minutes", { n: Math.round(seconds / 60) });
}

export function address(value: number): string {
  return "0x" + value.toString(16).toUpperCase().padStart(6, "0");
}
