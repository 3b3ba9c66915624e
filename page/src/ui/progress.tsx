// How far a job is. Waiting for a person is a state of its own, never a bar at 0 %.
import type { JSX } from "preact";
import type { JobView, Task } from "../state/jobs";
import { about, bytes, n, t } from "../text/t";

export function currentTask(view: JobView): Task | undefined {
  return [...view.tasks].reverse().find((task) => !task.ended) ?? view.tasks[view.tasks.length - 1];
}

export function waitingForReset(view: JobView | null | undefined): boolean {
  if (!view || view.state !== "running") return false;
  const task = currentTask(view);
  return !!task && task.task === "link" && !task.ended;
}

export function Progress({ view, task }: { view: JobView; task?: Task }): JSX.Element | null {
  const shown = task ?? currentTask(view);
  if (!shown || shown.task === "link") return null;
  const total = shown.total ?? 0;
  const share = total > 0 ? Math.min(1, shown.done / total) : 0;
  const isBytes = shown.unit === "bytes";
  const amount = total > 0 ? (isBytes ? `${bytes(shown.done)} ${t("of")} ${bytes(total)}` : `${shown.done} ${t("of")} ${total}`) : "";
  return (
    <div class="progress">
      <div class="spread">
        <strong>{shown.title}</strong>
        <span class="num">{shown.ended ? "" : shown.left !== null && share < 1 ? t("{time} left", { time: about(shown.left) }) : ""}</span>
      </div>
      <div class="bar" role="progressbar" aria-label={shown.title} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
        <span style={{ width: `${(share * 100).toFixed(1)}%` }} />
      </div>
      <div class="spread small quiet">
        <span class="num">{amount}</span>
        {shown.rate !== null && isBytes && !shown.ended && <span class="num">{t("{rate} a second", { rate: bytes(Math.round(shown.rate)) })}</span>}
      </div>
      <span class="hidden-text" aria-live="polite">
        {total > 0 ? t("{title}: {n} percent", { title: shown.title, n: Math.floor(share * 10) * 10 }) : shown.title}
      </span>
    </div>
  );
}

/** A running job in a card: its progress, or what it does before there is any. */
export function Working({ view, words }: { view: JobView; words?: string }): JSX.Element {
  const task = currentTask(view);
  const between = !task || task.task === "link" || task.ended;
  return (
    <div class="card stack-s">
      {between ? <p aria-live="polite">{betweenWords(task)}</p> : <Progress view={view} />}
      {words && !between && <p class="small quiet">{words}</p>}
    </div>
  );
}

function betweenWords(task: Task | undefined): string {
  if (!task) return t("It begins.");
  if (task.task === "link") return t("The chip answers. It is asked what it is and what it holds.");
  return t("{title} is done; one moment for the rest.", { title: task.title });
}

/** The picture of what to do while the chip waits to be reset: touch CEN with GND. */
export function ResetPicture(): JSX.Element {
  return (
    <svg viewBox="0 0 132 108" role="img" aria-label={t("A wire from GND touches the pad CEN for a moment")}>
      <rect x="12" y="58" width="108" height="42" rx="5" fill="var(--board)" stroke="var(--board-edge)" />
      <rect x="52" y="66" width="46" height="26" rx="3" fill="var(--shield)" />
      <rect x="20" y="52" width="14" height="14" rx="2" fill="var(--pad)" stroke="var(--board-edge)" />
      <text x="27" y="82" text-anchor="middle" font-size="11" font-weight="700" fill="var(--board-ink)">CEN</text>
      <g class="probe">
        <path d="M27 42V16h62V4" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" />
        <path d="M27 48l-4-8h8z" fill="currentColor" />
      </g>
      <text x="96" y="14" font-size="12" font-weight="700" fill="currentColor">GND</text>
    </svg>
  );
}

/** Why one is asked for the same thing again: said before it surprises. */
export const RESETS = n(
  "An adapter with reset lines does it by itself. With any other you are asked four times in all: to say hello, for the backup, for the plan and for the write.",
);

export function WaitingForReset({ again }: { again?: boolean }): JSX.Element {
  return (
    <div class="card waiting" aria-live="polite">
      <ResetPicture />
      <div class="stack-s">
        <h2>{again ? t("Reset the chip once more") : t("Now reset the chip")}</h2>
        <p>{t("Touch the pad CEN with GND for half a second and let go. Or switch the 3.3 V supply off and on.")}</p>
        <p class="quiet small">{t("Take your time: this page listens until the chip answers.")} {t(RESETS)}</p>
      </div>
    </div>
  );
}
