// What answered: chip, boot code, flash, what runs on it, each with how it is known.
import type { JSX } from "preact";
import { moduleNamed } from "../model/modules";
import type { WireInfoResult } from "../schema";
import { finish, jobView, journey } from "../state/journey";
import { bytes, t, told, n } from "../text/t";
import { Box, Facts } from "../ui/parts";
import { Step } from "./frame";

export const SUPPORT: Record<string, string> = {
  proven: n("proven on real hardware"),
  observed: n("observed on the maker's own boot code in an emulator"),
  claimed: n("as other tools do it; not yet seen by us"),
};

export function IdentityStep(): JSX.Element {
  const view = jobView("info");
  const info = view?.result as WireInfoResult | null;
  const module = moduleNamed(journey.value.module);
  const other = info && module && module.chip !== info.chip;
  return (
    <Step
      name="identity"
      title={info ? t("It is a {chip}", { chip: info.chip }) : t("Who is it")}
      lead={t("This is what answered on the wires. What is printed on a module may be wrong; Plugsmith goes by this.")}
      views={[view]}
      primary={{ words: t("Next: the backup"), act: () => finish("identity", "backup"), disabled: !info }}
    >
      {!info && (
        <Box kind="note" word={t("Not known yet")}>
          <p>{t("Go back one step and let the page listen for the chip.")}</p>
        </Box>
      )}
      {other && (
        <Box kind="warn" word={t("Label and chip differ")}>
          <p>{t("A {module} usually carries a {usual}; this one answers as a {found}. That happens. Plugsmith goes by what the chip says.", { module: module.name, usual: module.chip, found: info.chip })}</p>
        </Box>
      )}
      {info && (
        <div class="card">
          <Facts
            rows={[
              [t("Chip"), <><strong>{info.chip}</strong> <span class="quiet">{t(SUPPORT[info.support] ?? info.support)}</span></>],
              [t("Boot code"), info.boot.version ?? info.boot.name ?? t("not named")],
              [t("Flash"), <>{bytes(info.flash.size)}{info.flash.part ? `, ${info.flash.vendor ?? ""} ${info.flash.part}` : ""} <span class="quiet">{info.flash.jedec ? t("id {id}", { id: info.flash.jedec }) : t("this chip cannot report its flash part")}</span></>],
              [t("Runs now"), info.firmware.name && info.firmware.name !== "blank" ? `${info.firmware.name} ${info.firmware.version ?? ""}` : t("nothing: the flash holds no application")],
              [t("Project"), info.firmware.project],
              [t("Address"), info.mac ? <span class="num">{info.mac}</span> : t("not found")],
              [t("Code key"), told(info.key.class)],
            ]}
          />
        </div>
      )}
      {info && info.firmware.name === "OpenBeken" && (
        <Box kind="note" word={t("Freed already")}>
          <p>{t("OpenBeken runs on it. You can still make a backup, update it, or put a stock backup back.")}</p>
        </Box>
      )}
      {info && info.evidence.length > 0 && (
        <details class="fold">
          <summary>{t("How this is known")}</summary>
          <div class="fold-in"><ul>{[...info.evidence, info.key.evidence].map((one) => <li>{one}</li>)}</ul></div>
        </details>
      )}
    </Step>
  );
}
