// Small things that every page is made of.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ErrorLine } from "../backend/backend";
import { t, n } from "../text/t";
import { troubleOf } from "../model/trouble";
import { Icon } from "./icons";
import { WiresPicture } from "./wires";

type Kind = "danger" | "warn" | "good" | "note";

const WORDS: Record<Kind, string> = { danger: n("Danger"), warn: n("Take care"), good: n("Done"), note: n("Good to know") };

/** A box with a word, so that its meaning is not only a colour. */
export function Box(props: { kind: Kind; word?: string; children: ComponentChildren; alert?: boolean }): JSX.Element {
  return (
    <div class={`box ${props.kind}`} role={props.alert ? "alert" : undefined}>
      <span class="box-word">{props.word ?? t(WORDS[props.kind])}</span>
      {props.children}
    </div>
  );
}

export function Button(props: {
  onClick?: () => void;
  children: ComponentChildren;
  kind?: "primary" | "plain" | "danger" | "slim" | "slim danger";
  disabled?: boolean;
  type?: "button" | "submit";
  label?: string;
}): JSX.Element {
  return (
    <button
      type={props.type ?? "button"}
      class={`button ${props.kind ?? ""}`}
      aria-label={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}

/** A sentence in which commands stand in `backquotes`. */
export function Sentence({ text }: { text: string }): JSX.Element {
  return <>{text.split("`").map((part, place) => (place % 2 ? <code>{part}</code> : part))}</>;
}

/** What happened, why, what to do; with a picture where it is about wires. */
export function ErrorCard(props: { error: ErrorLine; children?: ComponentChildren; title?: string }): JSX.Element {
  const { error } = props;
  const trouble = troubleOf(error);
  return (
    <div class="box danger" role="alert" data-code={error.code}>
      <span class="box-word">{props.title ?? t("This did not work")}</span>
      <p><strong>{error.message}</strong></p>
      {trouble && <WiresPicture trouble={trouble} heard={String(error.data.heard ?? "")} />}
      {error.hint && <p><Sentence text={error.hint} /></p>}
      <Remedy hint={error.hint} />
      {props.children}
      <p class="small quiet">{t("Code: {code}", { code: error.code })}</p>
    </div>
  );
}

const COMMAND = /(?:^|: )((?:sudo|echo) .+?)(?: - |$)/;

/** A hint that names a command for a terminal gets a button that copies it. */
function Remedy({ hint }: { hint: string }): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  const command = COMMAND.exec(hint)?.[1];
  if (!command) return null;
  return (
    <div class="row">
      <code class="value">{command}</code>
      <Button kind="slim" onClick={() => void copyText(command).then(setCopied)}><Icon name="copy" size={18} /> {copied ? t("Copied") : t("Copy the command")}</Button>
    </div>
  );
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }): JSX.Element {
  return (
    <dl class="facts">
      {rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

export interface CheckItem {
  verdict: string;
  text: string;
  note?: string;
}

const PASSED = new Set(["pass", "passed", "ok"]);
const FAILED = new Set(["fail", "failed", "refuse", "refused", "lost", "bad"]);

/** Checks with their sentences; the mark has a word for those who do not see it. */
export function Checks({ rows }: { rows: CheckItem[] }): JSX.Element {
  return (
    <ul class="checks">
      {rows.map((row) => {
        const kind = PASSED.has(row.verdict) ? "pass" : FAILED.has(row.verdict) ? "fail" : "warn";
        const word = kind === "pass" ? t("passed") : kind === "fail" ? t("not passed") : t("note");
        return (
          <li class={kind}>
            <Icon name={kind === "pass" ? "check" : kind === "fail" ? "cross" : "warn"} />
            <span><span class="hidden-text">{word}: </span>{row.text}{row.note && <span class="quiet"> {row.note}</span>}</span>
          </li>
        );
      })}
    </ul>
  );
}

export function Field(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string;
  wrong?: string;
  type?: string;
  placeholder?: string;
  autocomplete?: string;
  required?: boolean;
  inputMode?: "decimal" | "text";
}): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        type={props.type ?? "text"}
        value={props.value}
        placeholder={props.placeholder}
        autocomplete={props.autocomplete ?? "off"}
        spellcheck={false}
        inputMode={props.inputMode}
        required={props.required}
        aria-invalid={props.wrong ? "true" : undefined}
        aria-describedby={props.hint || props.wrong ? `${id}-h` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {(props.wrong || props.hint) && (
        <span id={`${id}-h`} class={props.wrong ? "wrong" : "hint"}>{props.wrong ?? props.hint}</span>
      )}
    </div>
  );
}

/** Offer bytes as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The head of a page or step; gets the focus when it appears, so that readers begin there. */
export function Head(props: { title: string; lead?: ComponentChildren; focusKey: string }): JSX.Element {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · Plugsmith`;
    ref.current?.focus({ preventScroll: false });
  }, [props.focusKey]);
  return (
    <header class="step-head">
      <h1 ref={ref} tabIndex={-1}>{props.title}</h1>
      {props.lead && <p class="lead">{props.lead}</p>}
    </header>
  );
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
