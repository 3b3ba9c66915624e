// The frame of a step: rail, line strip, head, the thing to do, the foot with the one primary button.
import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext } from "preact/hooks";
import { signal } from "@preact/signals";
import { STEPS, change, jobView, journey, reachable, wireView, type StepName } from "../state/journey";
import type { JobView } from "../state/jobs";
import { t, n } from "../text/t";
import { DetailsFold } from "../ui/details";
import { Icon } from "../ui/icons";
import { LineStrip } from "../ui/line";
import { Button, Head } from "../ui/parts";
import { QuestionDialog } from "../ui/question";

export const TITLES: Record<StepName, string> = {
  module: n("Module"),
  wiring: n("Wires"),
  connect: n("Connect"),
  identity: n("Who is it"),
  backup: n("Backup"),
  pins: n("Pins"),
  firmware: n("Firmware"),
  settings: n("Settings"),
  plan: n("Plan"),
  write: n("Write"),
  use: n("Use it"),
};

/** Open while the wire doctor is asked for. */
export const doctorOpen = signal(false);

const JOB_OF: Partial<Record<StepName, string>> = { connect: "info", backup: "backup", pins: "pins", plan: "plan", write: "write" };

function attention(step: StepName): boolean {
  const name = JOB_OF[step];
  const view = name ? jobView(name) : null;
  return view?.state === "failed" && view.error?.code !== "PS-LINK-TIMEOUT" && view.error?.exit !== 130;
}

export function Rail(): JSX.Element {
  const now = journey.value.step;
  return (
    <nav class="rail" aria-label={t("Steps")}>
      <div class="rail-title">{journey.value.practice ? t("Practice: free a simulated plug") : t("Free a plug")}</div>
      <div class="rail-now">{t("Step {n} of {all}: {name}", { n: STEPS.indexOf(now) + 1, all: STEPS.length, name: t(TITLES[now]) })}</div>
      <ol>
        {STEPS.map((step, n) => {
          const done = journey.value.done.includes(step);
          const state = step === now ? "now" : done ? "done" : "later";
          const wrong = attention(step);
          const words = wrong ? t("needs attention") : state === "now" ? t("now") : state === "done" ? t("done") : t("later");
          const inner = (
            <>
              <span class="dot" aria-hidden="true">{state === "done" ? <Icon name="check" size={14} /> : <span>{n + 1}</span>}</span>
              <span class="name">{t(TITLES[step])}<span class="hidden-text">, {words}</span></span>
            </>
          );
          const name = `step ${state} ${wrong ? "attention" : ""}`;
          return (
            <li>
              {reachable(step) && step !== now ? (
                <a class={name} href="#/free" onClick={(event) => { event.preventDefault(); change({ step }); }}>{inner}</a>
              ) : (
                <span class={name} aria-current={step === now ? "step" : undefined}>{inner}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** The picture of a step where there is no room beside it: it stands below the head. */
export const StepPicture = createContext<JSX.Element | null>(null);

interface StepProps {
  name: StepName;
  title: string;
  lead: ComponentChildren;
  children: ComponentChildren;
  /** The one thing to do; always at the same place. */
  primary?: { words: string; act: () => void; disabled?: boolean; stops?: boolean } | null;
  secondary?: ComponentChildren;
  views?: (JobView | null)[];
  secret?: string;
}

export function Step(props: StepProps): JSX.Element {
  const place = STEPS.indexOf(props.name);
  const before = STEPS[place - 1];
  const picture = useContext(StepPicture);
  const asking = (props.views ?? []).find((view) => view?.ask) ?? null;
  return (
    <section class="step" data-step={props.name}>
      {journey.value.port && place > 1 && props.name !== "use" && (
        <LineStrip view={wireView()} port={portName()} onDoctor={() => { doctorOpen.value = true; change({ step: "connect" }); }} />
      )}
      <Head focusKey={props.name} title={props.title} lead={props.lead} />
      {picture && <div class="picture">{picture}</div>}
      {props.children}
      <div class="step-foot">
        {before ? <Button kind="plain" onClick={() => change({ step: before })}>{t("Back")}</Button> : <span />}
        <div class="right">
          {props.secondary}
          {props.primary && (
            <Button kind={props.primary.stops ? "danger" : "primary"} disabled={props.primary.disabled} onClick={props.primary.act}>{props.primary.words}</Button>
          )}
        </div>
      </div>
      <DetailsFold views={props.views ?? []} />
      <QuestionDialog view={asking} secret={props.secret} />
    </section>
  );
}

export function portName(): string {
  return journey.value.practice ? t("simulated adapter") : (journey.value.port ?? "");
}
