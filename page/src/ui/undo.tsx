// The undo card: what it was, what brings it back, where the file is. Made to be printed or kept as a text.
import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../text/t";
import { Icon } from "./icons";
import { Button, Facts, copyText, saveBlob } from "./parts";

export interface UndoRow {
  name: string;
  value: string | null;
  /** Letters and digits that are compared, not read. */
  code?: boolean;
}

export function UndoCard(props: { title: string; rows: UndoRow[]; command?: string; children?: ComponentChildren }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const ref = useRef<HTMLElement>(null);
  const { command } = props;
  const text = (): string => {
    const rows = props.rows.filter((row) => row.value).map((row) => `${row.name}: ${row.value}`);
    return [`Plugsmith: ${props.title}`, "", ...rows, ...(command ? ["", t("The command that brings it back"), command] : []), ""].join("\n");
  };
  return (
    <section class="undo" aria-label={t("Undo card")} ref={ref}>
      <div class="spread">
        <h2>{props.title}</h2>
        <span class="chip accent">{t("Undo card")}</span>
      </div>
      <Facts rows={props.rows.map((row) => [row.name, row.code && row.value ? <code class="small">{row.value}</code> : row.value])} />
      {command && (
        <div class="stack-s">
          <span class="label">{t("The command that brings it back")}</span>
          <div class="cmd">{command}</div>
        </div>
      )}
      <div class="row no-print">
        {props.children}
        {command && (
          <Button kind="slim" onClick={() => void copyText(command).then(setCopied)}>
            <Icon name="copy" size={18} /> {copied ? t("Copied") : t("Copy the command")}
          </Button>
        )}
        <Button kind="slim" onClick={() => ref.current && printOnly(ref.current)}><Icon name="print" size={18} /> {t("Print this card")}</Button>
        <Button kind="slim" onClick={() => saveBlob(new Blob([text()], { type: "text/plain" }), "undo-card.txt")}><Icon name="down" size={18} /> {t("Save it as a text")}</Button>
      </div>
    </section>
  );
}

/** One thing of the page on the paper, and nothing else. */
function printOnly(element: HTMLElement): void {
  const marks: [Element, string][] = [[document.body, "print-one"], [element, "printing"]];
  for (const [one, name] of marks) one.classList.add(name);
  addEventListener("afterprint", () => marks.forEach(([one, name]) => one.classList.remove(name)), { once: true });
  print();
}
