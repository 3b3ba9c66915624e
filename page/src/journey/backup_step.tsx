// The backup: read, proven, stored. The map fills while it is read.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { plainMap, readingMap, type MapModel } from "../model/flashmap";
import type { WireBackupResult, WireInfoResult } from "../schema";
import { backend } from "../backend/current";
import { finish, jobView, journey } from "../state/journey";
import { ended } from "../state/jobs";
import { bytes, t, n } from "../text/t";
import { FlashMap } from "../ui/flashmap";
import { Icon } from "../ui/icons";
import { Box, Button, ErrorCard, Facts, saveBlob } from "../ui/parts";
import { WaitingForReset, Working, waitingForReset } from "../ui/progress";
import { Step } from "./frame";
import { cancelJob, refusals, startJob } from "./actions";

const PROOFS: Record<string, string> = {
  "device-crc": n("every byte was compared by checksums that the chip itself counted"),
  "double-read": n("every byte was read twice and was the same"),
};

function size(): number {
  return (jobView("info")?.result as WireInfoResult | null)?.flash.size ?? 2 * 1024 * 1024;
}

export function backupMap(): MapModel | null {
  const view = jobView("backup");
  if (!view) return plainMap(size(), "unknown");
  if (view.result) return plainMap((view.result as WireBackupResult).size, "proven");
  const task = [...view.tasks].reverse().find((one) => one.task === "backup");
  return readingMap(task?.total ?? size(), task?.done ?? 0);
}

export function BackupStep(): JSX.Element {
  const view = jobView("backup");
  const result = view?.result as WireBackupResult | null;
  const running = !!view && !ended(view);
  const refused = refusals.value.backup;
  const stopped = view?.error ?? null;
  const start = (resume: boolean): void => {
    void startJob("backup", "backup", { port: journey.value.port, link_timeout: 0, resume });
  };
  const primary = result
    ? { words: t("Next: the pins"), act: () => finish("backup", "pins") }
    : running
      ? { words: t("Stop"), stops: true, act: () => cancelJob("backup") }
      : stopped
        ? { words: t("Go on with the backup"), act: () => start(true) }
        : { words: t("Make the backup"), act: () => start(false) };
  return (
    <Step
      name="backup"
      title={result ? t("The backup is proven") : t("First a backup, and a proof of it")}
      lead={t("All of the flash is read and checked. With this file the plug can always go back to what it was.")}
      views={[view]}
      primary={primary}
    >
      {waitingForReset(view) && <WaitingForReset again />}
      {running && !waitingForReset(view) && view && <Working view={view} />}
      {stopped && !running && !result && (
        <ErrorCard error={stopped} title={stopped.exit === 130 ? t("Stopped") : t("The backup is not complete")}>
          <p>{t("What was read is kept. Going on starts where it stopped.")}</p>
        </ErrorCard>
      )}
      {refused && <ErrorCard error={refused} />}
      {result && <Proven result={result} />}
      {result && (view?.warnings ?? []).filter((one) => one.code === "PS-NOTE-BACKUP").length > 0 && (
        <Box kind="note" word={t("What the backup can and cannot do")}>
          {(view?.warnings ?? []).filter((one) => one.code === "PS-NOTE-BACKUP").map((one) => <p>{one.message}</p>)}
        </Box>
      )}
    </Step>
  );
}

function Proven({ result }: { result: WireBackupResult }): JSX.Element {
  return (
    <div class="card stack" data-result="backup">
      <Facts
        rows={[
          [t("Proof"), t(PROOFS[result.proof] ?? result.proof)],
          [t("Size"), bytes(result.size)],
          [t("Took"), t("{n} s", { n: result.seconds.toFixed(1) })],
          [t("Stored in your library as"), fileName(result.file)],
          [t("SHA-256"), <code class="small">{result.sha256}</code>],
        ]}
      />
      <div class="row"><SaveButton file={result.file} /></div>
      <p class="small quiet">{t("It holds the password of the Wi-Fi that the plug was in. Keep it, but do not share it as it is.")}</p>
    </div>
  );
}

export function fileName(handle: string): string {
  return handle.split(/[/\\]/).pop() ?? handle;
}

export function SaveButton(props: { file: string; words?: string }): JSX.Element {
  const [state, setState] = useState("");
  return (
    <>
      <Button
        onClick={() => {
          setState("");
          void backend()
            .get(props.file)
            .then((blob) => saveBlob(blob, fileName(props.file)))
            .catch(() => setState(t("The file cannot be fetched.")));
        }}
      >
        <Icon name="down" /> {props.words ?? t("Save a copy of the file")}
      </Button>
      <span class="small" role="status">{state}</span>
    </>
  );
}

export function BackupSide(): JSX.Element | null {
  const map = backupMap();
  if (!map) return null;
  return <div class="card"><FlashMap map={map} title={t("The flash")} /></div>;
}
