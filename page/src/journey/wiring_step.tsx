// Safety, said once, and where the four wires go.
import type { JSX } from "preact";
import { ADAPTER, SIGNALS, moduleNamed } from "../model/modules";
import { change, finish, journey } from "../state/journey";
import { t, n } from "../text/t";
import { Box } from "../ui/parts";
import { Step } from "./frame";

const ORDER: [string, string, string][] = [
  ["GND", "GND", n("the first wire, so that both sides have the same zero")],
  ["RX1", "TX", n("what the adapter says, the module hears")],
  ["TX1", "RX", n("what the module says, the adapter hears")],
  ["3V3", "3.3 V", n("from a supply that gives 300 mA; never 5 V")],
];

export function WiringStep(): JSX.Element {
  const { practice, safe } = journey.value;
  const module = moduleNamed(journey.value.module);
  const place = (signal: string): string => {
    const pad = module?.pads.find((one) => one.signal === signal);
    if (!pad) return "";
    return [pad.number !== null ? t("pad {n}", { n: pad.number }) : "", t(pad.where), pad.note ? t(pad.note) : ""].filter(Boolean).join(", ");
  };
  return (
    <Step
      name="wiring"
      title={t("Four wires, and nothing else")}
      lead={t("Solder them while nothing is powered. The picture shows where they go on this module.")}
      primary={{ words: t("Next: connect"), act: () => finish("wiring", "connect"), disabled: !safe && !practice }}
    >
      <Box kind="danger" word={t("Danger: mains voltage")}>
        <p>{t("Parts of this board are connected straight to the wall when it is plugged in. Touching them kills, and it destroys your computer. Never connect the adapter while the device is near mains.")}</p>
        {!practice && (
          <label class="check">
            <input type="checkbox" checked={safe} onChange={(event) => change({ safe: event.currentTarget.checked })} />
            <span>{t("The device is out of the wall, and stays out until I have taken the wires off.")}</span>
          </label>
        )}
      </Box>
      {practice && (
        <Box kind="note" word={t("Practice")}>
          <p>{t("The wires of the simulated plug are soldered already. On a real one, this is the step that takes a quarter of an hour.")}</p>
        </Box>
      )}
      <div class="table-wrap" tabIndex={0} role="region" aria-label={t("Wires")}>
        <table class="table piled">
          <thead><tr><th scope="col">{t("On the module")}</th><th scope="col">{t("On the adapter")}</th><th scope="col">{t("Why")}</th></tr></thead>
          <tbody>
            {ORDER.map(([signal, adapter, why]) => (
              <tr>
                <td><strong>{signal}</strong>{place(signal) && <div class="quiet small">{place(signal)}</div>}</td>
                <td>{adapter}</td>
                <td class="quiet">{t(why)}</td>
              </tr>
            ))}
            <tr>
              <td><strong>CEN</strong>{place("CEN") && <div class="quiet small">{place("CEN")}</div>}</td>
              <td>{t("no wire")}</td>
              <td class="quiet">{t("touch it with GND for a moment when you are asked to: this resets the chip")}</td>
            </tr>
          </tbody>
        </table>
      </div>
      {module && !module.pads.some((pad) => ADAPTER[SIGNALS[pad.signal] ?? ""]) && (
        <Box kind="note" word={t("Pads not known")}>
          <p>{t("Nobody has written down the pads of the {name}. Look for points marked RX, TX, GND, 3V3 and RST or CEN, or ask in a forum with a photo of both sides.", { name: module.name })}</p>
        </Box>
      )}
    </Step>
  );
}
