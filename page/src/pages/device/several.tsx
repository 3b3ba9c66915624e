// One thing for all that are chosen: backed up, restarted, updated with one first and the others in waves.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Gone, Refused } from "../../backend/backend";
import { backend, link } from "../../backend/current";
import type { DeviceUpdateCounts } from "../../schema";
import { useAction, type Action } from "../../state/action";
import type { JobView } from "../../state/jobs";
import { t } from "../../text/t";
import { Doing } from "../../ui/doing";
import { Icon } from "../../ui/icons";
import { Box, Button } from "../../ui/parts";

export interface Chosen {
  host: string;
  name: string;
  version: string;
}

type Counts = Partial<DeviceUpdateCounts>; // one that was chosen alone gives its own result

type Work = "device backup" | "device ota" | "device restart";

export function Several({ rows }: { rows: Chosen[] }): JSX.Element {
  const work = useAction<Counts>();
  const [doing, setDoing] = useState<Work>("device backup");
  const [dry, setDry] = useState(false);
  const [files, setFiles] = useState<{ file: string; name: string }[]>([]);
  const host = rows.map((row) => row.host).join(",");
  const view = work.view.value;
  const begin = (verb: Work, dryRun = false): void => {
    setDoing(verb);
    setDry(dryRun);
    const update = verb === "device ota" && files.length > 0 ? { file: files.map((one) => one.file) } : {};
    void work.run(verb, { host, ...update, ...(dryRun && { dry_run: true }) });
  };
  const put = async (given: FileList | null): Promise<void> => {
    try {
      const stored = [];
      for (const one of given ?? []) stored.push({ file: (await backend().put(one.name, one)).file, name: one.name });
      setFiles(stored);
    } catch (problem) {
      if (problem instanceof Gone) link.value = "gone";
      else if (!(problem instanceof Refused)) throw problem;
    }
  };
  const result = work.result;
  const rolling = doing === "device ota" && !dry;
  return (
    <section class="card stack" data-part="several">
      <h2>{t("With the {n} chosen", { n: rows.length })}</h2>
      <div class="row">
        <Button disabled={work.busy} onClick={() => begin("device backup")}>{t("Back them up")}</Button>
        <Button disabled={work.busy} onClick={() => begin("device restart")}>{t("Restart them")}</Button>
      </div>
      <h3>{t("Update them")}</h3>
      <p class="quiet">{t("One device goes first, alone. Only when it came back with the new version do the others follow, some at a time. The first failure ends it.")}</p>
      <div class="field">
        <label class="button slim file-button">
          {files.length ? t("Files: {names}", { names: files.map((one) => one.name).join(", ") }) : t("Choose updates (.rbl)")}
          <input class="hidden-text" type="file" multiple onChange={(event) => void put(event.currentTarget.files)} />
        </label>
        <span class="hint">{t("One for each kind of chip. Left out: the newest release that was downloaded.")}</span>
      </div>
      <div class="row">
        <Button disabled={work.busy} onClick={() => begin("device ota", true)}>{t("See what an update would do")}</Button>
        <Button kind="primary" disabled={work.busy} onClick={() => begin("device ota")}>{t("Update them in waves")}</Button>
      </div>
      <Doing action={work as Action<unknown>} />
      {view && <Roll rows={rows} view={view} waves={rolling} />}
      {result && (result.not_started ?? 0) > 0 && rolling && (
        <Box kind="warn"><p>{t("{n} devices were not begun. Look into the failure; the same button goes on with those that are left.", { n: result.not_started ?? 0 })}</p></Box>
      )}
      {result && !result.failed && !(rolling && result.not_started) && <Box kind="good"><p>{dry ? t("Nothing was changed.") : t("All of it is done.")}</p></Box>}
    </section>
  );
}

type Mark = "wait" | "now" | "done" | "failed";
const ICONS: Record<Mark, string> = { wait: "", now: "arrow", done: "check", failed: "cross" };

interface State {
  mark: Mark;
  words: string;
  hint?: string;
}

/** How each of them is: waits, is sent to, came back, failed; an update tells which wave it is in. */
function Roll({ rows, view, waves }: { rows: Chosen[]; view: JobView; waves: boolean }): JSX.Element {
  const ended = view.items.length;
  const bad = view.items.filter((item) => item.error).length;
  return (
    <div class="stack-s">
      {ended > 0 && <p role="status" data-items={ended}>{t("{n} of {all} done, {bad} failed", { n: ended - bad, all: rows.length, bad })}</p>}
      <ol class="stages roll" aria-label={t("Devices")}>
        {rows.map((row) => {
          const state = stateOf(row, view, waves);
          return (
            <li class={state.mark} data-host={row.host} data-state={state.mark}>
              <span class="stage-mark" aria-hidden="true">{ICONS[state.mark] && <Icon name={ICONS[state.mark]} size={18} />}</span>
              <span><strong>{row.name || row.host}</strong> <span class="quiet">{state.words}{state.hint ? ` ${state.hint}` : ""}</span></span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

function stateOf(row: Chosen, view: JobView, waves: boolean): State {
  const item = view.items.find((one) => one.name === row.host);
  if (item?.error) return { mark: "failed", words: text(item.error.message), hint: text(item.error.hint) };
  if (item?.data?.skipped) return { mark: "done", words: t("left out: {why}", { why: text(item.data.skipped) }) };
  if (item?.data?.updated) return { mark: "done", words: t("updated from {old} to {new}, and it came back", { old: text(item.data.from), new: text(item.data.to) }) };
  if (item?.data && waves) return { mark: "done", words: t("runs {version} already", { version: text(item.data.to) }) };
  if (item) return { mark: "done", words: t("done") };
  const sent = view.tasks.find((task) => task.task === `ota ${row.host}`);
  if (sent && !sent.ended) return { mark: "now", words: t("{n} percent sent", { n: sent.total ? Math.round((100 * sent.done) / sent.total) : 0 }) };
  if (sent) return { mark: "now", words: t("it restarts; then its version is read") };
  const running = view.state === "running" || view.state === "asking";
  if (!running) return { mark: "wait", words: t("not begun") };
  return { mark: "wait", words: waves && !view.items.length ? t("waits for the first one") : t("waits") };
}
