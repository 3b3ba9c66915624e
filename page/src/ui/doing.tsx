// What an action does at this moment: its questions, progress, remarks, and how it ended.
import type { ComponentChildren, JSX } from "preact";
import type { Action } from "../state/action";
import { t } from "../text/t";
import { Button, ErrorCard } from "./parts";
import { Progress } from "./progress";
import { QuestionDialog } from "./question";

/** A card with a title, what it is for, what can be done, and what came of it. */
export function ActionCard(props: {
  name: string;
  title: string;
  lead?: string;
  actions: Action<unknown>[];
  children?: ComponentChildren;
  fold?: boolean;
}): JSX.Element {
  const inside = (
    <>
      {props.lead && <p class="quiet">{props.lead}</p>}
      {props.children}
      {props.actions.map((action) => <Doing action={action} />)}
    </>
  );
  if (!props.fold) return <section class="card stack" data-part={props.name}><h2>{props.title}</h2>{inside}</section>;
  return (
    <details class="fold" data-part={props.name}>
      <summary>{props.title}</summary>
      <div class="fold-in stack">{inside}</div>
    </details>
  );
}

/** A running job with an always visible stop, then its error; the result is the caller's. */
export function Doing({ action }: { action: Action<unknown> }): JSX.Element {
  const view = action.view.value;
  const { busy, error } = action;
  const said = view?.notes.filter((note) => note.kind === "log" || note.kind === "warning").slice(-3) ?? [];
  return (
    <div class="stack-s doing" aria-live="polite">
      <QuestionDialog view={view} />
      {busy && view && (
        <>
          <Progress view={view} />
          <div class="row">
            <span role="status">{t("It is at work.")}</span>
            <Button kind="slim danger" onClick={() => action.cancel()}>{t("Stop")}</Button>
          </div>
        </>
      )}
      {said.length > 0 && (
        <ul class="plain-list small quiet">
          {said.map((note) => <li class="pre value" key={note.number}>{note.text}{note.hint ? ` ${note.hint}` : ""}</li>)}
        </ul>
      )}
      {!busy && error && <ErrorCard error={error} />}
    </div>
  );
}
