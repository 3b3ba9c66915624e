// Write, verify, boot: three stages that people see. A cable pulled here is taken up again.
import type { JSX } from "preact";
import { planMap, writingMap, type MapModel } from "../model/flashmap";
import type { WireFlashResult } from "../schema";
import { finish, jobView } from "../state/journey";
import { ended, type JobView } from "../state/jobs";
import { bytes, t, n } from "../text/t";
import { FlashMap } from "../ui/flashmap";
import { useLeaveWarning } from "../ui/hooks";
import { Icon } from "../ui/icons";
import { Box, ErrorCard, Facts } from "../ui/parts";
import { WaitingForReset, Working, waitingForReset } from "../ui/progress";
import { Step } from "./frame";
import { cancelJob, flashRequest, flashSecrets, refusals, startJob } from "./actions";
import { planResult } from "./plan_step";

export function writeResult(): WireFlashResult | null {
  return (jobView("write")?.result as WireFlashResult | null) ?? null;
}

async function write(): Promise<void> {
  await startJob("write", "flash", await flashRequest(false), flashSecrets());
}

type Stage = "later" | "now" | "done" | "failed";

function stages(view: JobView | null): { name: string; words: string; state: Stage }[] {
  const task = (name: string) => [...(view?.tasks ?? [])].reverse().find((one) => one.task === name);
  const stateOf = (name: string): Stage => {
    const found = task(name);
    if (!found) return "later";
    if (!found.ended) return view && ended(view) ? "failed" : "now";
    return found.ok ? "done" : "failed";
  };
  const result = view?.result as WireFlashResult | null;
  const wrote = result ? "done" : stateOf("write");
  const verified = result ? (result.verified ? "done" : "failed") : stateOf("verify");
  const booted: Stage = result ? (result.booted === true ? "done" : result.booted === false ? "failed" : "later") : stateOf("boot");
  return [
    { name: t("Write"), words: task("write")?.summary ?? "", state: wrote },
    { name: t("Verify"), words: task("verify")?.summary ?? "", state: verified },
    {
      name: t("Start"),
      words: result ? (result.booted === true ? t("Its start was seen.") : result.booted === false ? t("It was seen to start again and again.") : t("Not seen: that needs a wire to the log pad TX2. The network will tell.")) : "",
      state: booted,
    },
  ];
}

const MARKS: Record<Stage, string> = { later: "", now: "arrow", done: "check", failed: "cross" };

export function WriteStep(): JSX.Element {
  const view = jobView("write");
  const result = writeResult();
  const running = !!view && !ended(view);
  useLeaveWarning(running);
  const failed = view?.error ?? null;
  const lost = view?.state === "lost";
  const primary = running
    ? { words: t("Stop"), stops: true, act: () => cancelJob("write") }
    : result
      ? { words: t("Next: use it"), act: () => finish("write", "use") }
      : failed || lost
        ? { words: t("Take it up again"), act: () => void write() }
        : { words: t("Write it now"), act: () => void write() };
  const begun = (view?.tasks ?? []).some((task) => task.task === "write" && task.done > 0);
  return (
    <Step
      name="write"
      title={result ? t("Written and verified") : running ? t("Writing") : t("Ready to write")}
      lead={result ? t("The flash holds exactly what was planned; the chip's own checksums say so.") : t("Leave the wires alone while it writes. If something slips all the same, it goes on from there.")}
      views={[view]}
      secret="wifi"
      primary={primary}
    >
      {waitingForReset(view) && <WaitingForReset again />}
      {running && !waitingForReset(view) && view && <Working view={view} />}
      {refusals.value.write && <ErrorCard error={refusals.value.write} />}
      {failed && (
        <ErrorCard error={failed} title={begun ? t("The write was cut") : failed.exit === 130 ? t("Stopped") : t("It was not written")}>
          {begun && <p>{t("The plug does not start like this, but nothing is lost: the boot loader still answers and the backup is safe. Connect it again and take it up where it stopped.")}</p>}
        </ErrorCard>
      )}
      {lost && <Box kind="warn" word={t("The server was started anew")}><p>{t("What is on the chip is on the chip. Take it up again: only what is missing is written.")}</p></Box>}
      {view && (
        <ol class="stages" aria-label={t("Stages")}>
          {stages(view).map((stage) => (
            <li class={stage.state}>
              <span class="stage-mark" aria-hidden="true">{MARKS[stage.state] && <Icon name={MARKS[stage.state]} size={18} />}</span>
              <span><strong>{stage.name}</strong> <span class="hidden-text">{t(STAGE_WORDS[stage.state])}</span> <span class="quiet">{stage.words}</span></span>
            </li>
          ))}
        </ol>
      )}
      {result && (
        <div class="card" data-result="write">
          <Facts
            rows={[
              [t("Proven"), t("{n} compared by the chip's own checksums", { n: bytes(planMap(result.plan).size) })],
              [t("Took"), t("{n} s", { n: result.seconds.toFixed(0) })],
              [t("Looks like"), result.looks_like],
            ]}
          />
        </div>
      )}
    </Step>
  );
}

const STAGE_WORDS: Record<Stage, string> = { later: n("not yet"), now: n("now"), done: n("done"), failed: n("not seen or failed") };

function liveMap(): MapModel | null {
  const view = jobView("write");
  const plan = writeResult()?.plan ?? planResult()?.plan;
  if (!plan?.length) return null;
  const map = planMap(plan);
  const task = [...(view?.tasks ?? [])].reverse().find((one) => one.task === "write");
  if (view?.result) return { ...map, cells: map.cells.map((cell) => (cell === "write" || cell === "erase" ? "written" : cell)) };
  if (!task) return map;
  return writingMap(map, task.done, task.total ?? 0);
}

export function WriteSide(): JSX.Element | null {
  const map = liveMap();
  return map ? <div class="card"><FlashMap map={map} title={t("The flash")} /></div> : null;
}
