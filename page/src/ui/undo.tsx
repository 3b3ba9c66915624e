// The undo card: what it was, what brings it back, where the file is. Made to be printed.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../text/t";
import { Icon } from "./icons";
import { Button, Facts, copyText } from "./parts";

export function UndoCard(props: {
  title: string;
  rows: [string, ComponentChildren][];
  command?: string;
  children?: ComponentChildren;
}): JSX.Element {
  const [copied, setCopied] = useState(false);
  return (
    <section class="undo printed" aria-label={t("Undo card")}>
      <div class="spread">
        <h2>{props.title}</h2>
        <span class="chip accent">{t("Undo card")}</span>
      </div>
      <Facts rows={props.rows} />
      {props.command && (
        <div class="stack-s">
          <span class="label">{t("The command that brings it back")}</span>
          <div class="cmd">{props.command}</div>
        </div>
      )}
      <div class="row no-print">
        {props.children}
        {props.command && (
          <Button kind="slim" onClick={() => void copyText(props.command ?? "").then(setCopied)}>
            <Icon name="copy" size={18} /> {copied ? t("Copied") : t("Copy the command")}
          </Button>
        )}
        <Button kind="slim" onClick={() => print()}><Icon name="print" size={18} /> {t("Print this card")}</Button>
      </div>
    </section>
  );
}
