// Practice only: the owner's hands. What one does on the desk is a button here.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { backend } from "../backend/current";
import { change, journey } from "../state/journey";
import { practiceChips, refreshPractice } from "../state/server";
import { t, n } from "../text/t";
import { Button } from "../ui/parts";
import { useEvery } from "../ui/hooks";

export async function startPractice(board: string): Promise<boolean> {
  const { practice } = backend();
  if (!practice) return false;
  const chip = await practice.start(board);
  change({
    port: chip.port,
    image: chip.image ? { file: chip.image, name: chip.image.split("/").pop() ?? "image" } : null,
    logPort: chip.log_port ?? null,
  });
  await refreshPractice();
  return true;
}

export function practiceChip() {
  return practiceChips.value.find((chip) => chip.port === journey.value.port) ?? null;
}

const FAULTS: [string, string][] = [
  ["none", n("everything as it should be")],
  ["silence", n("nothing comes back")],
  ["echo", n("our own bytes come back")],
  ["noise", n("noise, or a wrong speed")],
  ["swapped", n("the wrong pair of pads")],
  ["mcu", n("another chip talks")],
];

export function Hands(): JSX.Element | null {
  const [fault, setFault] = useState("none");
  const [said, setSaid] = useState("");
  const port = journey.value.port;
  useEvery(1500, refreshPractice, journey.value.practice && !!port);
  if (!journey.value.practice || !port) return null;
  const press = (what: string, words: string): void => {
    void backend()
      .practice?.press(port, what)
      .then(() => setSaid(words))
      .catch(() => setSaid(t("That did not work.")));
  };
  return (
    <section class="hands no-print" aria-label={t("Your hands, simulated")}>
      <div class="spread">
        <strong>{t("Your hands, simulated")}</strong>
        <span class="chip">{t("Practice")}</span>
      </div>
      <div class="row">
        <Button kind="slim" onClick={() => press("cen", t("CEN was touched with GND: the chip restarts."))}>{t("Touch CEN with GND")}</Button>
        <Button kind="slim" onClick={() => press("unplug", t("The cable is out."))}>{t("Pull the cable")}</Button>
        <Button kind="slim" onClick={() => press("plug", t("The cable is in."))}>{t("Put it back")}</Button>
      </div>
      <div class="field">
        <label for="fault">{t("What is wrong with the wires")}</label>
        <select
          id="fault"
          class="input"
          value={fault}
          onChange={(event) => {
            const value = event.currentTarget.value;
            setFault(value);
            press(`fault:${value}`, value === "none" ? t("The wires are right again.") : t("The wires are wrong now."));
          }}
        >
          {FAULTS.map(([value, words]) => <option value={value}>{t(words)}</option>)}
        </select>
      </div>
      <span class="small quiet" aria-live="polite">{said}</span>
    </section>
  );
}
