// Make the readings of a device right with a load whose power is known.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useAction, type Action } from "../../state/action";
import { t } from "../../text/t";
import { ActionCard } from "../../ui/doing";
import { Box, Button, Field } from "../../ui/parts";
import type { Part } from "./one";

export function Readings({ host, secrets }: Part): JSX.Element {
  const work = useAction<Record<string, unknown>>();
  const [volts, setVolts] = useState("230");
  const [watts, setWatts] = useState("");
  const amount = (text: string): number | undefined => (text.trim() && Number.isFinite(Number(text)) ? Number(text) : undefined);
  return (
    <ActionCard
      fold
      name="readings"
      title={t("Make the readings right")}
      actions={[work as Action<unknown>]}
      lead={t("Plug in a load that heats or lights and takes a known power: an old light bulb, a kettle. Switch it on, and let it run for a minute.")}
    >
      <Field label={t("Mains voltage (V)")} value={volts} onInput={setVolts} />
      <Field label={t("Power of the load (W)")} value={watts} onInput={setWatts} hint={t("What is printed on it, or what another meter says.")} />
      <div class="row">
        <Button disabled={work.busy || !amount(watts)} onClick={() => void work.run("device calibrate", { host, volts: amount(volts), watts: amount(watts) }, secrets)}>{t("Calibrate")}</Button>
      </div>
      {work.result && <Box kind="good" word={t("Calibrated")}><p>{t("The new factors are stored on the device. Undo: {command}", { command: String(work.result.undo ?? "plugsmith device calibrate --undo") })}</p></Box>}
    </ActionCard>
  );
}
