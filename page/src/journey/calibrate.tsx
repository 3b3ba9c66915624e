// Make the readings right with a load whose power is known; the chart shows what the meter says now.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { jobView } from "../state/journey";
import type { DeviceCalibrated } from "../schema";
import { ended } from "../state/jobs";
import { t } from "../text/t";
import { Button, ErrorCard, Field } from "../ui/parts";
import { Chart, type Point } from "../ui/chart";
import { Progress } from "../ui/progress";
import { Calibrated, amount } from "../pages/device/readings";
import { cancelJob, startJob } from "./actions";

export function Calibrate({ host, history }: { host: string; history: Point[] }): JSX.Element {
  const [open, setOpen] = useState(false);
  const view = jobView("calibrate");
  const [volts, setVolts] = useState("230");
  const [watts, setWatts] = useState("");
  const running = !!view && !ended(view);
  const result = (view?.result ?? null) as DeviceCalibrated | null;
  const start = (): void => {
    void startJob("calibrate", "device calibrate", { host, volts: amount(volts), watts: amount(watts) });
  };
  return (
    <details class="fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("Make the readings right")}</summary>
      <div class="fold-in stack">
        <p>{t("Plug in a load that heats or lights and takes a known power: an old light bulb, a kettle. Switch it on, and let it run for a minute.")}</p>
        {open && <Chart points={history} unit="W" title={t("Power")} />}
        <Field label={t("Mains voltage (V)")} value={volts} onInput={setVolts} inputMode="decimal" />
        <Field label={t("Power of the load (W)")} value={watts} onInput={setWatts} inputMode="decimal" hint={t("What is printed on it, or what another meter says.")} />
        <div class="row">
          {running ? <Button onClick={() => cancelJob("calibrate")}>{t("Stop")}</Button> : <Button disabled={!amount(watts)} onClick={start}>{t("Calibrate")}</Button>}
        </div>
        {running && view && <Progress view={view} />}
        {view?.error && <ErrorCard error={view.error} title={t("Not calibrated")} />}
        {result && <Calibrated result={result} />}
      </div>
    </details>
  );
}
