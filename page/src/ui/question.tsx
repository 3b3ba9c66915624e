// A question of a running job: as a dialog, or in its place on the page with large buttons. Another tab
// may answer it first; then it closes.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { backend } from "../backend/current";
import { Refused, type AskLine } from "../backend/backend";
import { secretOf } from "../state/secrets";
import type { JobView } from "../state/jobs";
import { t, n } from "../text/t";
import { Button, Field } from "./parts";

interface Open {
  ask: AskLine;
  answer: (value: unknown) => void;
}

/** The question that is to be shown now; one whose answer is known here is answered at once. */
function useQuestion(view: JobView | null | undefined, secret?: string): Open | null {
  const ask = view?.ask ?? null;
  const job = view?.id ?? "";
  const [sent, setSent] = useState("");
  const known = ask?.kind === "secret" && secret ? secretOf(secret) : undefined;
  const key = ask ? `${job}/${ask.id}` : "";
  const answer = (value: unknown): void => {
    if (!ask) return;
    setSent(key);
    void backend()
      .answer(job, ask.id, value)
      .catch((problem: unknown) => {
        // Answered elsewhere: the event says so. Anything else: ask again.
        if (!(problem instanceof Refused && problem.status === 409)) setSent("");
      });
  };
  useEffect(() => {
    if (known !== undefined && ask && sent !== key) answer(known);
  }, [key, known]);
  return ask && known === undefined && sent !== key ? { ask, answer } : null;
}

export function QuestionDialog(props: { view: JobView | null | undefined; secret?: string }): JSX.Element | null {
  const open = useQuestion(props.view, props.secret);
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, [open?.ask.id]);
  if (!open) return null;
  return (
    <dialog class="dialog" ref={ref} aria-labelledby="question" onCancel={(event) => event.preventDefault()}>
      <Answers key={open.ask.id} open={open} onStop={() => void backend().cancel(props.view?.id ?? "")} />
    </dialog>
  );
}

/** The same in its place: the rest of the page, its stop button above all, stays in reach. */
export function QuestionHere({ view }: { view: JobView | null | undefined }): JSX.Element | null {
  const open = useQuestion(view);
  const ref = useRef<HTMLElement>(null);
  useEffect(() => ref.current?.querySelector<HTMLElement>("h2, h3")?.focus(), [open?.ask.id]);
  if (!open) return null;
  return <section class="here" ref={ref} aria-labelledby="question" data-ask={open.ask.id}><Answers key={open.ask.id} open={open} /></section>;
}

function Answers({ open, onStop }: { open: Open; onStop?: () => void }): JSX.Element {
  const { ask, answer } = open;
  const [text, setText] = useState("");
  const several = ask.kind === "text" ? (ask.choices ?? []) : [];
  const onlyReady = several.length === 1 && several[0] === "";
  return (
    <form
      class="stack"
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault();
        answer(text);
      }}
    >
      <h2 id="question" tabIndex={-1}>{ask.question}</h2>
      {ask.kind === "confirm" && (
        <div class="row">
          <Button kind="primary" onClick={() => answer(true)}>{t("Yes, go on")}</Button>
          <Button onClick={() => answer(false)}>{t("No, stop here")}</Button>
        </div>
      )}
      {ask.kind === "choice" && (
        <div class="big-buttons">
          {(ask.choices ?? []).map((choice) => <Button onClick={() => answer(choice)}>{choice}</Button>)}
        </div>
      )}
      {ask.kind === "file" && (
        <input
          type="file"
          aria-labelledby="question"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void backend().put(file.name, file).then((stored) => answer(stored.file));
          }}
        />
      )}
      {onlyReady && <div class="big-buttons"><Button kind="primary" type="submit">{t("I am watching: go on")}</Button></div>}
      {several.length > 0 && !onlyReady && <Several words={several} onAnswer={answer} />}
      {((ask.kind === "text" && !several.length) || ask.kind === "secret") && (
        <>
          <Field
            label={ask.kind === "secret" ? t("It is not stored and not shown anywhere") : t("Your answer")}
            type={ask.kind === "secret" ? "password" : "text"}
            value={text}
            onInput={setText}
          />
          <div class="row">
            <Button kind="primary" type="submit">{t("Answer")}</Button>
            {onStop && <Button onClick={onStop}>{t("Stop the job")}</Button>}
          </div>
        </>
      )}
    </form>
  );
}

const LIGHTS: Record<string, string> = { red: n("red"), blue: n("blue"), green: n("green"), white: n("white"), other: n("another colour") };

/** Any number of words may be true at once: each is a button that stays down. */
function Several({ words, onAnswer }: { words: readonly string[]; onAnswer: (text: string) => void }): JSX.Element {
  const [down, setDown] = useState<readonly string[]>([]);
  const turn = (word: string): void => setDown(down.includes(word) ? down.filter((one) => one !== word) : [...down, word]);
  return (
    <>
      <div class="big-buttons">
        {words.map((word) => (
          <button type="button" class="button" aria-pressed={down.includes(word)} onClick={() => turn(word)}>{t(LIGHTS[word] ?? word)}</button>
        ))}
      </div>
      <div class="row"><Button kind="primary" onClick={() => onAnswer(down.join(" "))}>{down.length ? t("These are on") : t("None is on")}</Button></div>
    </>
  );
}
