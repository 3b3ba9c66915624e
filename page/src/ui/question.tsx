// A question of a running job, as a dialog. Another tab may answer it first; then it closes.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { backend } from "../backend/current";
import { Refused } from "../backend/backend";
import { secretOf } from "../state/secrets";
import type { JobView } from "../state/jobs";
import { t } from "../text/t";
import { Button, Field } from "./parts";

export function QuestionDialog(props: { view: JobView | null | undefined; secret?: string }): JSX.Element | null {
  const ask = props.view?.ask ?? null;
  const job = props.view?.id ?? "";
  const ref = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [sent, setSent] = useState("");
  const known = ask?.kind === "secret" && props.secret ? secretOf(props.secret) : undefined;
  const key = ask ? `${job}/${ask.id}` : "";
  const open = !!ask && known === undefined && sent !== key;

  const answer = (value: unknown): void => {
    if (!ask) return;
    setSent(key);
    setText("");
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
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  if (!ask || !open) return null;
  return (
    <dialog class="dialog" ref={ref} aria-labelledby="question" onCancel={(event) => event.preventDefault()}>
      <form
        class="stack"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          answer(text);
        }}
      >
        <h2 id="question">{ask.question}</h2>
        {ask.kind === "confirm" && (
          <div class="row">
            <Button kind="primary" onClick={() => answer(true)}>{t("Yes, go on")}</Button>
            <Button onClick={() => answer(false)}>{t("No, stop here")}</Button>
          </div>
        )}
        {ask.kind === "choice" && (
          <div class="stack-s">
            {(ask.choices ?? []).map((choice) => (
              <button type="button" class="choice" onClick={() => answer(choice)}>{choice}</button>
            ))}
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
        {(ask.kind === "text" || ask.kind === "secret") && (
          <>
            <Field
              label={ask.kind === "secret" ? t("It is not stored and not shown anywhere") : t("Your answer")}
              type={ask.kind === "secret" ? "password" : "text"}
              value={text}
              onInput={setText}
            />
            <div class="row">
              <Button kind="primary" type="submit">{t("Answer")}</Button>
              <Button onClick={() => void backend().cancel(job)}>{t("Stop the job")}</Button>
            </div>
          </>
        )}
      </form>
    </dialog>
  );
}
