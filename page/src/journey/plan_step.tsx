// The plan as a flash map: what is kept, equal, erased, written, and what can be undone.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { CELL, planMap } from "../model/flashmap";
import type { WireFlashResult } from "../schema";
import { finish, jobView, journey } from "../state/journey";
import { ended } from "../state/jobs";
import { bytes, t } from "../text/t";
import { FlashMap } from "../ui/flashmap";
import { Box, Checks, ErrorCard, Facts } from "../ui/parts";
import { WaitingForReset, Working, waitingForReset } from "../ui/progress";
import { Step } from "./frame";
import { cancelJob, flashRequest, flashSecrets, refusals, startJob } from "./actions";
import { templateOf } from "./template";

export function planResult(): WireFlashResult | null {
  return (jobView("plan")?.result as WireFlashResult | null) ?? null;
}

export async function makePlan(): Promise<void> {
  await startJob("plan", "flash", await flashRequest(true), flashSecrets());
}

export function PlanStep(): JSX.Element {
  const view = jobView("plan");
  const result = planResult();
  const running = !!view && !ended(view);
  useEffect(() => {
    if (!journey.value.jobs.plan) void makePlan();
  }, []);
  const sum = (action: string): number => (result?.plan ?? []).filter((step) => step.action === action).reduce((all, step) => all + step.length, 0);
  const changed = sum("write") + sum("erase");
  const pins = Object.keys(templateOf()?.pins ?? {}).length;
  const { settings, image } = journey.value;
  const primary = running
    ? { words: t("Stop"), stops: true, act: () => cancelJob("plan") }
    : result
      ? { words: changed ? t("Write it") : t("Next"), act: () => finish("plan", "write") }
      : { words: t("Make the plan again"), act: () => void makePlan() };
  return (
    <Step
      name="plan"
      title={result ? (changed ? t("This is what will change") : t("Nothing has to change")) : t("The plan")}
      lead={result ? t("Nothing is written yet. What you see is exactly what is done.") : t("The chip is asked what it holds, so that only what differs is written.")}
      views={[view]}
      secret="wifi"
      primary={primary}
    >
      {waitingForReset(view) && <WaitingForReset again />}
      {running && !waitingForReset(view) && view && <Working view={view} words={t("The chip counts checksums of what it holds.")} />}
      {refusals.value.plan && <ErrorCard error={refusals.value.plan} />}
      {view?.error && view.error.exit !== 130 && (
        <ErrorCard error={view.error} title={view.error.exit === 5 ? t("Refused, to keep the plug safe") : t("There is no plan")}>
          {view.error.exit === 5 && <p>{t("Nothing was changed. Go back to the firmware and choose another file.")}</p>}
        </ErrorCard>
      )}
      {view?.error?.exit === 130 && <Box kind="note" word={t("Stopped")}><p>{t("Nothing was changed on the device.")}</p></Box>}
      {result && (
        <>
          <div class="card">
            <Facts
              rows={[
                [t("Firmware"), [result.image?.firmware, result.image?.version].filter(Boolean).join(" ") || image?.name],
                [t("Written"), bytes(sum("write"))],
                [t("Erased"), sum("erase") ? bytes(sum("erase")) : null],
                [t("Equal already"), sum("skip-equal") ? bytes(sum("skip-equal")) : null],
                [t("Kept"), bytes(sum("keep"))],
                [t("Pins"), pins ? t("{n} pins go in before the first start", { n: pins }) : t("none")],
                [t("Wi-Fi"), settings.ssid ? t("{name}; the plug joins by itself", { name: settings.ssid }) : t("none; the plug opens its own network")],
                [t("Can be undone"), result.backup ? t("yes, with the backup of {date}", { date: result.backup.created.slice(0, 10) }) : t("no backup secures it")],
                [t("If it is cut"), t("it can be begun again over the same wires")],
              ]}
            />
          </div>
          <details class="fold">
            <summary>{t("{n} checks passed", { n: result.checks.filter((one) => one.verdict === "pass").length })}</summary>
            <div class="fold-in"><Checks rows={result.checks.map((one) => ({ verdict: one.verdict, text: one.text }))} /></div>
          </details>
          {result.notes.map((note) => <Box kind="note"><p>{note}</p></Box>)}
        </>
      )}
    </Step>
  );
}

export function PlanSide(): JSX.Element | null {
  const result = planResult();
  if (!result) return null;
  const map = planMap(result.plan);
  if (map.size < CELL) return null;
  return <div class="card"><FlashMap map={map} title={t("What happens to the flash")} regions /></div>;
}
