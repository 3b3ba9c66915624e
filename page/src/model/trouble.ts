// What is wrong between the computer and the chip, as something that can be drawn.
import type { ErrorLine } from "../backend/backend";
import { n } from "../text/t";

export type WireName = "3V3" | "GND" | "RX1" | "TX1";
export type Mark = "cut" | "doubt";

export interface Trouble {
  /** What the picture says, for those who do not see it, and below it for those who do. */
  words: string;
  wires?: Partial<Record<WireName, Mark>>;
  /** RX1 and TX1 touch. */
  bridge?: boolean;
  /** TX and RX may be exchanged. */
  swap?: boolean;
  /** CEN has to be touched with GND, or is held low. */
  reset?: boolean;
  /** Another processor, or another chip, talks on the wires. */
  guest?: boolean;
  /** The wire is on the log pad TX2. */
  logPad?: boolean;
  /** The cable to the computer is out, or there is none. */
  cable?: "out" | "doubt";
  /** Another program holds the port, or there is no right to open it. */
  locked?: boolean;
}

const SUPPLY: Trouble = { words: n("The 3.3 V supply breaks down: feed the module from its own supply, with GND in common."), wires: { "3V3": "doubt" } };
const CABLE: Trouble = { words: n("The cable between adapter and computer is out, or the adapter lost its power."), cable: "out" };
const LOCKED: Trouble = { words: n("The adapter is there, but this computer does not let Plugsmith use it."), locked: true };
const BUSY: Trouble = { words: n("Another program holds the adapter."), locked: true };

const HEARD: Record<string, Trouble> = {
  silence: { words: n("Nothing comes back: reset the chip by touching CEN with GND, and look whether TX and RX are exchanged."), swap: true, reset: true },
  echo: { words: n("RX1 and TX1 touch: your own bytes come back."), bridge: true },
  "boot-text": { words: n("The wire is on the log pad TX2. It belongs on TX1."), logPad: true, wires: { RX1: "doubt" } },
  "tuya-mcu": { words: n("A second processor on the board talks on the same wires."), guest: true },
  "other-chip": { words: n("Another chip answers here, or this is the wrong adapter."), guest: true },
  text: { words: n("Some other program talks here: wrong adapter, or wrong pads."), guest: true },
  noise: { words: n("Only noise: GND is loose, or the wires are too long."), wires: { GND: "doubt" } },
  "line-low": { words: n("The line lies low: the module has no power."), wires: { "3V3": "cut" } },
  "reset-loop": SUPPLY,
  "answers-lost": SUPPLY,
  "port-lost": CABLE,
  "port-taken": BUSY,
  "no-adapter": CABLE,
  "writes-stuck": CABLE,
};

const CODES: Record<string, Trouble> = {
  "PS-PORT-LOST": CABLE,
  "PS-PORT-NONE": CABLE,
  "PS-PORT-NOT-FOUND": CABLE,
  "PS-PORT-STUCK": CABLE,
  "PS-PORT-DENIED": LOCKED,
  "PS-PORT-BUSY": BUSY,
  "PS-PORT-TAKEN": BUSY,
  "PS-LINK-LOST": { ...SUPPLY, wires: { "3V3": "doubt", GND: "doubt" } },
  "PS-FLASH-TRANSFER": { ...SUPPLY, wires: { "3V3": "doubt", GND: "doubt" } },
};

/** The picture for what is heard on the wire; null where there is nothing to mend. */
export function troubleHeard(heard: string | null | undefined): Trouble | null {
  return HEARD[heard ?? ""] ?? null;
}

/** The picture for an error; null where it is not about wires. */
export function troubleOf(error: ErrorLine): Trouble | null {
  if (error.code === "PS-LINK-TIMEOUT") return troubleHeard(String(error.data.heard ?? "silence"));
  return CODES[error.code] ?? null;
}
