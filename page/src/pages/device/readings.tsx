// Make the readings of a device right with a load whose power is known; the chart shows what it says now.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refused } from "../../backend/backend";
import type { DeviceCalibrated, DeviceDeviceInfo } from "../../schema";
import { useAction, type Action } from "../../state/action";
import { run } from "../../state/jobs";
import { t } from "../../text/t";
import { Chart, type Point } from "../../ui/chart";
import { Doing } from "../../ui/doing";
import { useEvery } from "../../ui/hooks";
import { Box, Button, Field, Sentence } from "../../ui/parts";
import type { Part } from "./one";

const MOST_POINTS = 240;
const EVERY_MS = 2000;

export function amount(text: string): number | undefined {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() && Number.isFinite(value) ? value : undefined;
}

export function Readings({ host, secrets }: Part): JSX.Element {
  const work = useAction<DeviceCalibrated>();
  const undo = useAction<DeviceCalibrated>();
  const [open, setOpen] = useState(false);
  const [points, setPoints] = useState<Point[]>([]);
  const [volts, setVolts] = useState("230");
  const [watts, setWatts] = useState("");
  const busy = work.busy || undo.busy;
  useEvery(EVERY_MS, async () => {
    try {
      const power = (await run<DeviceDeviceInfo>("device info", { host }, secrets)).meter?.power;
      if (typeof power === "number") setPoints((before) => [...before.slice(-MOST_POINTS), { at: Date.now() / 1000, value: power }]);
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem; // the page says elsewhere that it does not answer
    }
  }, open);
  const calibrate = (): void => void work.run("device calibrate", { host, volts: amount(volts), watts: amount(watts) }, secrets);
  return (
    <details class="fold" data-part="readings" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("Make the readings right")}</summary>
      <div class="fold-in stack">
        <p class="quiet">{t("Plug in a load that heats or lights and takes a known power: an old light bulb, a kettle. Switch it on, and let it run for a minute.")}</p>
        {open && <Chart points={points} unit="W" title={t("Power")} />}
        <Field label={t("Mains voltage (V)")} value={volts} onInput={setVolts} inputMode="decimal" />
        <Field label={t("Power of the load (W)")} value={watts} onInput={setWatts} inputMode="decimal" hint={t("What is printed on it, or what another meter says.")} />
        <div class="row">
          <Button kind="primary" disabled={busy || !amount(watts)} onClick={calibrate}>{t("Calibrate")}</Button>
          <Button disabled={busy} onClick={() => void undo.run("device calibrate", { host, undo: true }, secrets)}>{t("Put the factors from before back")}</Button>
        </div>
        <Doing action={work as Action<unknown>} />
        <Doing action={undo as Action<unknown>} />
        {work.result && !undo.result && <Calibrated result={work.result} />}
        {undo.result && <Box kind="good" word={t("Put back")}><p>{t("The factors from before are on the device again.")}</p></Box>}
      </div>
    </details>
  );
}

/** What a calibration stored, and how it is taken back. */
export function Calibrated({ result }: { result: DeviceCalibrated }): JSX.Element {
  return (
    <Box kind="good" word={t("Calibrated")}>
      <p><Sentence text={t("The new factors are stored on the device. Undo: {command}", { command: `\`${result.undo}\`` })} /></p>
    </Box>
  );
}
