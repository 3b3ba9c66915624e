// What a page without a server says about itself: how far its start is, and what this browser lacks.
import type { JSX } from "preact";
import { ELSEWHERE } from "../backend/worker/messages";
import { backend, reopenMs, startup } from "../backend/current";
import { runToEnd } from "../state/jobs";
import { journey } from "../state/journey";
import { refreshPorts } from "../state/server";
import { t } from "../text/t";
import { Box, Button, saveBlob } from "./parts";

const TRACE = "wire-trace.txt";

/** The banner of the start; null where a server does the work, and when all is well. */
export function StartupBanner(): JSX.Element | null {
  const found = startup.value;
  if (!found) return null;
  if (found.failed)
    return (
      <div class="banner">
        <Box kind="danger" word={t("The page cannot work here")} alert>
          <p>{t("Reload it once. If it stays so, use another browser. What it said:")} {found.failed}</p>
        </Box>
      </div>
    );
  if (!found.ready)
    return (
      <div class="banner" role="status" data-startup={found.done}>
        <Box kind="note" word={t("One moment")}>
          <p>{t("Python is being started in this page (step {done} of 3). Nothing that you give it leaves the page.", { done: found.done + 1 })}</p>
        </Box>
      </div>
    );
  if (found.kept)
    return (
      <div class="banner">
        <Box kind="warn" word={t("Nothing lasts here")}>
          <p>
            {found.kept === ELSEWHERE
              ? t("Another tab has this page open, and with it the library. Close that one and load this one again. Until then files can be examined; nothing can be written to a chip.")
              : t("This browser keeps no files for the page, a private window for example. Files can be examined; nothing can be written to a chip.")}
          </p>
        </Box>
      </div>
    );
  return null;
}

/** Lets the user choose an adapter; says why where the browser has no Web Serial. */
export function ChooseAdapter(): JSX.Element | null {
  const found = startup.value;
  if (!found) return null;
  if (!found.serial)
    return (
      <Box kind="warn" word={t("No serial ports in this browser")}>
        <p>
          {found.secure
            ? t("It has no Web Serial, or a policy of your organisation switched it off. Chrome, Edge and Firefox on a computer have it. Files can be examined here all the same.")
            : t("A browser gives serial ports only to addresses that begin with https.")}
        </p>
      </Box>
    );
  const choose = async (): Promise<void> => {
    if (await backend().choosePort?.()) await refreshPorts();
  };
  const report = async (): Promise<void> => {
    const port = journey.value.port;
    const view = await runToEnd("info", { port, trace: TRACE, link_timeout: 30 });
    const about = `${navigator.userAgent}\nbuild ${found.build}, last opening ${reopenMs.value ?? "?"} ms, ${view.error?.code ?? "linked"}\n\n`;
    const trace = await backend().get(`output:${view.id}/${TRACE}`);
    saveBlob(new Blob([about, trace]), TRACE);
  };
  return (
    <div class="stack-s">
      <div class="row">
        <Button kind="primary" onClick={() => void choose()}>{t("Choose an adapter")}</Button>
      </div>
      {journey.value.port && (
        <details class="fold">
          <summary>{t("No real adapter was tried in a browser yet: tell us how yours does")}</summary>
          <div class="fold-in">
            <p>{t("This identifies the chip and saves what went over the wire as a file; passwords and keys are left out of it. Look at it before you send it to anybody.")}</p>
            <div class="row"><Button onClick={() => void report()}>{t("Save what goes over the wire")}</Button></div>
          </div>
        </details>
      )}
      <p class="quiet small">{t("The browser shows its own list. If yours is not in it: try another cable, since many only charge, and another USB port; on Windows it may need its driver (CH340, CP210x).")}</p>
    </div>
  );
}
