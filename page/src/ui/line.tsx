// The line: what is heard on the wire at this moment. Always there once a port is in use.
import type { JSX } from "preact";
import type { JobView } from "../state/jobs";
import { t } from "../text/t";

export const SHAPES: Record<string, string> = {
  off: "M2 12h80",
  silence: "M2 12h80",
  chip: "M2 18h8V6h8v12h6V6h14v12h6V6h6v12h12V6h8v12h12",
  talking: "M2 18h8V6h8v12h6V6h14v12h6V6h6v12h12V6h8v12h12",
  "boot-text": "M2 18h4V6h4v12h4V6h10v12h4V6h4v12h4V6h10v12h4V6h4v12h4V6h10v12h6",
  echo: "M2 12h10l4-8 4 16 4-8h12l4-5 4 10 4-5h12l3-3 3 6 3-3h11",
  noise: "M2 12l3-7 3 12 2-9 4 6 3-9 3 14 3-10 3 4 4-8 2 13 4-9 3 5 3-7 3 11 4-8 3 4 3-6 4 9 3-8 3 7 3-5h3",
};

export interface LineState {
  heard: string;
  words: string;
}

/** What the strip says for a job; null view: no job uses the port now. */
export function lineOf(view: JobView | null | undefined): LineState {
  if (!view) return { heard: "off", words: t("No job uses this port at the moment.") };
  if (view.state === "running" || view.state === "asking") {
    const task = [...view.tasks].reverse().find((one) => !one.ended);
    if (task && task.task !== "link") return { heard: "talking", words: t("The chip talks: {what}.", { what: task.title }) };
    if (view.heard === "chip") return { heard: "chip", words: t("The chip answers.") };
    if (view.heard) return { heard: view.heard, words: view.heardText };
    return { heard: "silence", words: t("Listening. Nothing heard yet.") };
  }
  if (view.error?.code === "PS-LINK-TIMEOUT") {
    const heard = String(view.error.data.heard ?? "silence");
    return { heard, words: String(view.error.data.heard_text ?? view.error.message) };
  }
  if (view.error?.code.startsWith("PS-PORT")) return { heard: "port-lost", words: view.error.message };
  const told = view.verb === "doctor" ? (view.result as { heard?: string; text?: string } | null) : null;
  if (told?.heard) return { heard: told.heard, words: told.text ?? "" };
  return { heard: "off", words: t("Quiet. The chip runs its firmware.") };
}

export function LineStrip(props: { view: JobView | null | undefined; port: string; onDoctor: () => void }): JSX.Element {
  const { heard, words } = lineOf(props.view);
  const links = props.view?.resets ?? 0;
  return (
    <button type="button" class="line" data-heard={heard} onClick={props.onDoctor}>
      <svg class="wire" viewBox="0 0 84 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round">
        <path d={SHAPES[heard] ?? SHAPES["boot-text"]} />
      </svg>
      <span><span class="hidden-text">{t("On the wire:")} </span>{words}</span>
      <span class="about">
        {props.port}
        {links > 0 ? ` · ${t("resets seen: {n}", { n: links })}` : ""}
        <span class="hidden-text">. {t("Opens the wire doctor.")}</span>
      </span>
    </button>
  );
}
