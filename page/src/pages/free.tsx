// Free a plug: the journey, with its rail on the left and its picture on the right.
import type { JSX } from "preact";
import { journey, type StepName } from "../state/journey";
import { Rail, StepPicture } from "../journey/frame";
import { narrow } from "../state/screen";
import { Hands } from "../journey/hands";
import { ModuleSide, ModuleStep } from "../journey/module_step";
import { WiringStep } from "../journey/wiring_step";
import { ConnectStep } from "../journey/connect_step";
import { IdentityStep } from "../journey/identity_step";
import { BackupSide, BackupStep } from "../journey/backup_step";
import { PinsSide, PinsStep } from "../journey/pins_step";
import { FirmwareStep } from "../journey/firmware_step";
import { SettingsStep } from "../journey/settings_step";
import { PlanSide, PlanStep } from "../journey/plan_step";
import { WriteSide, WriteStep } from "../journey/write_step";
import { UseStep } from "../journey/use_step";

const BODIES: Record<StepName, () => JSX.Element> = {
  module: ModuleStep,
  wiring: WiringStep,
  connect: ConnectStep,
  identity: IdentityStep,
  backup: BackupStep,
  pins: PinsStep,
  firmware: FirmwareStep,
  settings: SettingsStep,
  plan: PlanStep,
  write: WriteStep,
  use: UseStep,
};

const Wires = (): JSX.Element | null => <ModuleSide wires />;
const Plain = (): JSX.Element | null => <ModuleSide />;

const SIDES: Partial<Record<StepName, () => JSX.Element | null>> = {
  module: Wires,
  wiring: Wires,
  connect: Wires,
  identity: Plain,
  backup: BackupSide,
  pins: PinsSide,
  firmware: PinsSide,
  settings: PinsSide,
  plan: PlanSide,
  write: WriteSide,
  use: PinsSide,
};

/** Where there is one column: the picture stands below what is done there, not above it. */
const BELOW: ReadonlySet<StepName> = new Set(["module", "connect", "use"]);

export function Free(): JSX.Element {
  const { step } = journey.value;
  const Body = BODIES[step];
  const Side = SIDES[step];
  const within = narrow.value && !BELOW.has(step);
  return (
    <div class="journey">
      <Rail />
      <div class="middle">
        <StepPicture.Provider value={within && Side ? <Side /> : null}><Body key={step} /></StepPicture.Provider>
      </div>
      <aside class="side">
        {!within && Side && <Side key={step} />}
        <Hands />
      </aside>
    </div>
  );
}
