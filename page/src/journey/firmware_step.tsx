// Which firmware: the newest OpenBeken for this chip, or a file. What a file is, is seen from its bytes.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refused } from "../backend/backend";
import { backend } from "../backend/current";
import type { ImageFetchedFile, ImageImageInfo, WireInfoResult } from "../schema";
import { change, finish, jobView, journey, setJob } from "../state/journey";
import { ended } from "../state/jobs";
import { releaseFields, releases } from "../state/releases";
import { bytes, t, n } from "../text/t";
import { FileDrop } from "../ui/filedrop";
import { Box, Button, Checks, ErrorCard, Facts } from "../ui/parts";
import { Progress } from "../ui/progress";
import { Step } from "./frame";
import { refusals, startJob } from "./actions";
import { fileName } from "./backup_step";

export const KINDS: Record<string, string> = {
  qio: n("a full image: boot loader and application"),
  app: n("an application without a boot loader"),
  ota: n("an update package, for devices that run already"),
  bootloader: n("a boot loader alone"),
  "full-dump": n("a whole flash, such as a backup"),
  "flash-start": n("the beginning of a flash"),
  uf2: n("a UF2 file, as ESPHome makes them"),
  unknown: n("nothing that is known"),
};

export function chipName(): string {
  return (jobView("info")?.result as WireInfoResult | null)?.chip ?? "";
}

async function look(image: { file: string; name: string }): Promise<void> {
  change({ image });
  setJob("plan", undefined);
  await startJob("image", "image info", { file: image.file });
}

export function FirmwareStep(): JSX.Element {
  const { image, practice } = journey.value;
  const view = jobView("image");
  const fetching = jobView("fetch");
  const info = view?.result as ImageImageInfo | null;
  const [problem, setProblem] = useState("");
  const chip = chipName();
  const busy = !!fetching && !ended(fetching);
  const suits = !info || !chip || !info.chips?.length || info.chips.includes(chip);
  const fetchIt = async (): Promise<void> => {
    const got = await startJob("fetch", "image fetch", { chip, ...releaseFields() });
    const file = (got?.result as ImageFetchedFile | null)?.file;
    if (file) await look({ file, name: fileName(file) });
  };
  const own = async (files: File[]): Promise<void> => {
    setProblem("");
    const file = files[0];
    if (!file) return;
    try {
      const stored = await backend().put(file.name, file);
      await look({ file: stored.file, name: file.name });
    } catch (wrong) {
      setProblem(wrong instanceof Refused ? wrong.line.message : t("The server does not answer."));
    }
  };
  const looked = info && image;
  return (
    <Step
      name="firmware"
      title={t("The firmware")}
      lead={chip ? t("It must be made for the {chip}. The name of a file does not count, its bytes do.", { chip }) : t("The name of a file does not count, its bytes do.")}
      views={[view, fetching]}
      primary={{ words: t("Next: settings"), act: () => finish("firmware", "settings"), disabled: !looked }}
    >
      {!looked && (
        <div class="stack">
          {practice && image && (
            <section class="card stack-s">
              <h2>{t("OpenBeken for practice")}</h2>
              <p class="quiet">{t("A made-up OpenBeken image for the simulated chip. It needs no download.")}</p>
              <div class="row"><Button onClick={() => void look(image)}>{t("Take {name}", { name: image.name })}</Button></div>
            </section>
          )}
          <section class="card stack-s">
            <h2>{t("OpenBeken, newest release")}</h2>
            <p class="quiet">{t("The right file for the {chip} is chosen and fetched from the project's releases. This is the only step that uses the internet.", { chip: chip || t("chip") })}{releases.value.repo && <> <code>{releases.value.repo}</code></>}</p>
            <div class="row"><Button disabled={busy || !chip} onClick={() => void fetchIt()}>{busy ? t("Fetching") : t("Download it")}</Button></div>
            {busy && fetching && <Progress view={fetching} />}
            {fetching?.error && <ErrorCard error={fetching.error} title={t("The download did not work")} />}
          </section>
          <FileDrop title={t("Or drop a firmware file here")} hint={t("OpenBK7231T_QIO_… , a release ZIP, or any other image")} onFiles={(files) => void own(files)} />
        </div>
      )}
      {problem && <Box kind="danger" word={t("This did not work")} alert><p>{problem}</p></Box>}
      {refusals.value.image && <ErrorCard error={refusals.value.image} />}
      {view?.error && (
        <ErrorCard error={view.error} title={t("This file cannot be used")}>
          <div class="row"><Button kind="slim" onClick={() => setJob("image", undefined)}>{t("Choose another file")}</Button></div>
        </ErrorCard>
      )}
      {looked && (
        <section class="card stack" data-result="image">
          <div class="spread">
            <h2>{info.firmware ? `${info.firmware} ${info.version ?? ""}` : image.name}</h2>
            <Button kind="slim" onClick={() => { setJob("image", undefined); if (!practice) change({ image: null }); }}>{t("Choose another")}</Button>
          </div>
          <Facts
            rows={[
              [t("File"), image.name],
              [t("It is"), t(KINDS[info.kind] ?? info.kind)],
              [t("Made for"), info.chips?.length ? info.chips.join(", ") : t("not said in the file")],
              [t("Size"), bytes(info.size)],
            ]}
          />
          <Checks rows={Object.entries(info.checks ?? {}).map(([name, verdict]) => ({ verdict: String(verdict), text: t(CHECKS[name] ?? name) }))} />
          {[...(info.problems ?? []), ...(info.name_doubts ?? [])].map((text) => <Box kind="warn"><p>{String(text)}</p></Box>)}
        </section>
      )}
      {looked && !suits && (
        <Box kind="danger" word={t("Not for this chip")} alert>
          <p>{t("This file is for {made}; your chip is a {chip}. It would not start. The plan refuses it.", { made: (info.chips ?? []).join(", "), chip })}</p>
        </Box>
      )}
      {looked && (
        <details class="fold">
          <summary>{t("Which variant do I need?")}</summary>
          <div class="fold-in">
            <p>{t("The plain build suits plugs, switches and bulbs. Builds with other drivers exist: “sensors” for battery and temperature devices, “powerMetering” for exotic meters. A plug with a BL0937 or BL0942 meter needs the plain one.")}</p>
          </div>
        </details>
      )}
    </Step>
  );
}

export const CHECKS: Record<string, string> = {
  crc16: n("every line of code carries the right checksum"),
  header: n("the header describes what is there"),
  vectors: n("the vector tables are whole"),
  "loader-crc16": n("the boot loader in the file is whole"),
  "loader-header": n("the boot loader's header is right"),
  "loader-vectors": n("the boot loader's vector tables are whole"),
  "loader-known": n("the boot loader is a known one"),
  match: n("boot loader and application belong together"),
};
