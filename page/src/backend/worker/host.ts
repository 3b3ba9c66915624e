// What only JavaScript can do for the core (`plugsmith.web.host.Host`).
import { cbc, ecb } from "@noble/ciphers/aes.js";
import type { SerialLike, SerialPortLike } from "./serial.ts";
import { Wire } from "./wire.ts";

export interface Keeper {
  /** An error text, or an empty one when the library lies in the browser's storage. */
  keep(): Promise<string>;
}

const START_BAUD = 115200;

export class Host {
  private listed = "[]";
  private readonly taken = new Set<SerialPortLike>();

  private readonly serial: SerialLike | null;
  private readonly keeper: Keeper | null;
  private readonly said: (job: string) => void;
  private readonly reopened: (ms: number) => void;

  constructor(
    serial: SerialLike | null,
    keeper: Keeper | null,
    said: (job: string) => void,
    reopened: (ms: number) => void = () => undefined,
  ) {
    this.serial = serial;
    this.keeper = keeper;
    this.said = said;
    this.reopened = reopened;
  }

  encrypt(data: Uint8Array, key: Uint8Array, iv: Uint8Array | undefined): Uint8Array {
    const options = { disablePadding: true };
    return (iv ? cbc(key, iv, options) : ecb(key, options)).encrypt(data);
  }

  decrypt(data: Uint8Array, key: Uint8Array, iv: Uint8Array | undefined): Uint8Array {
    const options = { disablePadding: true };
    return (iv ? cbc(key, iv, options) : ecb(key, options)).decrypt(data);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** The ports as `look` saw them last: the core cannot wait where it asks this. */
  port_list(): string {
    return this.listed;
  }

  async look(): Promise<void> {
    this.listed = JSON.stringify((await this.named()).map(({ name, vid, pid }) => ({ name, vid, pid })));
  }

  /** A wire, or a word that says why not: gone, busy, denied, or what the browser says. */
  async open_port(name: string): Promise<Wire | string> {
    const port = await this.find(name);
    if (!port) return "gone";
    if (this.taken.has(port)) return "busy";
    const wire = new Wire(port, () => this.find(name));
    try {
      await wire.begin(START_BAUD);
    } catch (problem) {
      await wire.close();
      const { name: kind, message } = problem as DOMException;
      if (kind === "InvalidStateError") return "busy";
      return kind === "NetworkError" ? "denied" : message || kind;
    }
    this.taken.add(port);
    const close = wire.close.bind(wire);
    wire.close = async () => {
      await close();
      this.taken.delete(port);
      if (wire.reopen_ms) this.reopened(wire.reopen_ms);
    };
    return wire;
  }

  async keep(): Promise<string> {
    return this.keeper ? this.keeper.keep() : "";
  }

  news(job: string): void {
    this.said(job);
  }

  private async find(name: string): Promise<SerialPortLike | null> {
    return (await this.named()).find((entry) => entry.name === name)?.port ?? null;
  }

  private async named(): Promise<{ name: string; vid: number | null; pid: number | null; port: SerialPortLike }[]> {
    const seen = new Map<string, number>();
    return ((await this.serial?.getPorts()) ?? []).map((port) => {
      const { usbVendorId, usbProductId } = port.getInfo();
      const id = usbVendorId === undefined ? "port" : `${hex(usbVendorId)}:${hex(usbProductId ?? 0)}`;
      const number = (seen.get(id) ?? 0) + 1;
      seen.set(id, number);
      return {
        name: `webserial://${id}/${number}`,
        vid: usbVendorId ?? null,
        pid: usbProductId ?? null,
        port,
      };
    });
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(4, "0");
}
