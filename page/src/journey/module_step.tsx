// What is printed on the module?
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refused } from "../backend/backend";
import { moduleNamed, notLedOut, searchModules, type Module, type OtherWay } from "../model/modules";
import { change, finish, journey } from "../state/journey";
import { t } from "../text/t";
import { ModulePicture } from "../ui/module";
import { ModuleMini } from "../ui/module_mini";
import { Box, Field, Sentence } from "../ui/parts";
import { Step } from "./frame";
import { startPractice } from "./hands";

const PRACTICE = ["WB2S", "CB2S"];

export function ModuleStep(): JSX.Element {
  const [words, setWords] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const { practice, module } = journey.value;
  const all = practice ? PRACTICE.map(moduleNamed).filter((one) => !!one) : searchModules(words);
  const chosen = moduleNamed(module);
  const other = chosen?.other;
  const next = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      if (practice && !journey.value.port) await startPractice(module ?? "WB2S");
      finish("module", "wiring");
    } catch (wrong) {
      setProblem(wrong instanceof Refused ? wrong.line.message : t("The server does not answer."));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Step
      name="module"
      title={t("What is printed on the module?")}
      lead={practice
        ? t("In practice you choose one. A real plug has a small green or blue board with a name such as WB2S.")
        : t("Look for the small board with the aerial, often below a metal lid. Its name says where to solder.")}
      primary={{ words: busy ? t("One moment") : t("Next: the wires"), act: () => void next(), disabled: busy || !module || !!other }}
      secondary={!practice && (
        <button class="button plain" type="button" onClick={() => { change({ module: "" }); finish("module", "wiring"); }}>{t("Mine is not here")}</button>
      )}
    >
      {!practice && (
        <Field label={t("Name on the module, or the chip")} value={words} onInput={setWords} placeholder="WB2S" hint={t("A part of it is enough: CB3, T34, BK7231N.")} />
      )}
      <div class="modules" role="radiogroup" aria-label={t("Modules")}>
        {all.slice(0, 40).map((one) => (
          <button type="button" class="choice" role="radio" aria-checked={module === one.name} onClick={() => change({ module: one.name })}>
            <ModuleMini module={one} />
            <span class="stack-0"><strong>{one.name}</strong><span class="quiet small">{one.chip}</span></span>
          </button>
        ))}
      </div>
      {!all.length && (
        <Box kind="note" word={t("Not in the list")}>
          <p>{t("No module has this name. Go on with “Mine is not here”: the chip says what it is as soon as it answers. On all Beken modules the wires are the same four; chips of other makers have others.")}</p>
        </Box>
      )}
      {chosen && other && all.includes(chosen) && <OtherChip name={chosen.name} chip={chosen.chip} way={other} />}
      {problem && <Box kind="danger" word={t("This did not work")} alert><p>{problem}</p></Box>}
    </Step>
  );
}

/** Who frees a chip that we cannot, with which commands, on which pins of the chip. */
function OtherChip({ name, chip, way }: { name: string; chip: string; way: OtherWay }): JSX.Element {
  const commands = [way.install, way.backup, way.flash].filter((one) => one);
  return (
    <Box kind="note" word={t("Another chip")}>
      <p>{way.reads
        ? <Sentence text={t("`plugsmith backup` reads this chip; Plugsmith does not write it.")} />
        : way.by_plugsmith.length > 0
        ? t("This page does not write the {chip}.", { chip })
        : t("Plugsmith cannot work on the chip of {name}.", { name })}</p>
      {way.firmware.length > 0
        ? <p>{t("Free firmware for it: {firmware}.", { firmware: way.firmware.join(", ") })}</p>
        : <p>{t("No free firmware for it is known here.")}</p>}
      {way.rx
        ? <p>{t("Adapter TX to {rx}, adapter RX to {tx} of the chip.", { rx: way.rx, tx: way.tx })}</p>
        : <p>{t("Which of its pins to use is not known here: ask its tool's pages.")}</p>}
      {way.strap && <p>{t("While the chip starts, connect {strap} to {level}.", { strap: way.strap, level: way.level })}</p>}
      {way.tool && <p>{t("Tool: {tool}", { tool: way.tool })}</p>}
      {commands.length > 0 && <pre class="commands">{commands.join("\n")}</pre>}
      {way.by_plugsmith.length > 0 && <>
        <p>{t("Plugsmith runs {tool} for you, compares two reads, and reads what was written:", { tool: way.tool })}</p>
        <pre class="commands">{way.by_plugsmith.join("\n")}</pre>
      </>}
      <p class="quiet small">{t("This way is known from: {evidence}", { evidence: way.evidence.join("; ") })}</p>
    </Box>
  );
}

export function ModuleSide({ wires }: { wires?: boolean }): JSX.Element | null {
  const module = moduleNamed(journey.value.module);
  if (!module || module.other) return null; // of other makers' chips the step says all that is known
  return (
    <div class="card">
      <ModulePicture module={module} wires={wires ? "uart" : undefined} />
      {wires && module.spi && module.outline && <OverSpi module={module} />}
    </div>
  );
}

/** The flash's own pads, out of the way: the last resort where the chip does not answer. */
function OverSpi({ module }: { module: Module }): JSX.Element {
  const names = notLedOut(module).join(", ");
  return (
    <details>
      <summary>{t("Over SPI, for a chip whose boot loader is lost")}</summary>
      <ModulePicture module={module} wires="spi" />
      {names && <p class="small">{t("The module does not lead {names} out: solder to the chip's own legs.", { names })}</p>}
      {!module.needs_spi && <p class="small">{t("A {chip} answers from its mask ROM and does not need it.", { chip: module.chip })}</p>}
    </details>
  );
}
