// One open port for the core (`plugsmith.web.host.SerialWire`): bytes come into a queue, so that the
// core takes them without waiting; a new rate is a new opening, since Web Serial cannot change one.
import type { SerialPortLike } from "./serial.ts";

const BUFFER = 65536;
const START_BAUD = 115200;
/** What a line error is called; the bytes are lost, the port is not. */
const NOT_FATAL = new Set(["BufferOverrunError", "BreakError", "FramingError", "ParityError"]);
const SEARCH_MS = 200;

export class Wire {
  lost = false;
  reopen_ms = 0;
  baud = START_BAUD;
  private chunks: Uint8Array[] = [];
  private opened = false;
  private wake: (() => void) | null = null;
  private reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  private writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  private pumping: Promise<void> = Promise.resolve();
  private last: Promise<void> = Promise.resolve();

  private port: SerialPortLike;
  private readonly find: () => Promise<SerialPortLike | null>;

  constructor(port: SerialPortLike, find: () => Promise<SerialPortLike | null>) {
    this.port = port;
    this.find = find;
  }

  async begin(baud: number): Promise<void> {
    await this.port.open({ baudRate: baud, bufferSize: BUFFER });
    this.baud = baud;
    this.opened = true;
    this.lost = false;
    this.pumping = this.pump();
  }

  take(limit: number): Uint8Array | undefined {
    const first = this.chunks[0];
    if (!first) return undefined;
    if (first.length > limit) {
      this.chunks[0] = first.subarray(limit);
      return first.slice(0, limit);
    }
    if (this.chunks.length === 1) {
      this.chunks = [];
      return first;
    }
    let size = 0;
    let count = 0;
    while (count < this.chunks.length && size + this.chunks[count]!.length <= limit) {
      size += this.chunks[count]!.length;
      count += 1;
    }
    const joined = new Uint8Array(size);
    let at = 0;
    for (const chunk of this.chunks.splice(0, count)) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }

  arrived(mostMs: number): Promise<void> {
    if (this.chunks.length || this.lost) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, mostMs);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.wake = done;
    });
  }

  send(data: Uint8Array): void {
    if (!this.opened) return;
    try {
      this.writer ??= this.port.writable?.getWriter() ?? null;
      this.last = this.writer?.write(data) ?? Promise.resolve();
      this.last.catch(() => this.lose());
    } catch {
      this.lose();
    }
  }

  /** Closing the stream waits until the adapter has everything; the next write opens a new one. */
  async drain(): Promise<boolean> {
    const writer = this.writer;
    this.writer = null;
    try {
      await this.last;
      await writer?.close();
      return true;
    } catch {
      this.lose();
      return false;
    }
  }

  discard(): void {
    this.chunks = [];
  }

  async change_rate(baud: number): Promise<boolean> {
    const began = performance.now();
    await this.drain();
    await this.end();
    try {
      await this.begin(baud);
    } catch {
      return false;
    }
    this.reopen_ms = performance.now() - began;
    return true;
  }

  async lines(rts: boolean | undefined, dtr: boolean | undefined): Promise<void> {
    const signals: { requestToSend?: boolean; dataTerminalReady?: boolean } = {};
    if (typeof rts === "boolean") signals.requestToSend = rts;
    if (typeof dtr === "boolean") signals.dataTerminalReady = dtr;
    try {
      await this.port.setSignals(signals);
    } catch {
      // an adapter without these lines; bytes go on
    }
  }

  async come_back(mostMs: number): Promise<boolean> {
    const end = performance.now() + mostMs;
    await this.end();
    for (;;) {
      const found = await this.find();
      if (found) {
        this.port = found;
        try {
          this.chunks = [];
          await this.begin(this.baud);
          return true;
        } catch {
          // there, and not to be opened yet
        }
      }
      if (performance.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, SEARCH_MS));
    }
  }

  async close(): Promise<void> {
    if (this.opened) await this.drain();
    await this.end();
  }

  private async pump(): Promise<void> {
    while (this.opened && this.port.readable) {
      const reader = this.port.readable.getReader();
      this.reader = reader;
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          if (value?.length) this.chunks.push(value);
          this.call();
        }
      } catch (problem) {
        if (!NOT_FATAL.has((problem as DOMException).name)) {
          this.lose();
          return;
        }
      } finally {
        reader.releaseLock();
        this.reader = null;
      }
    }
    if (this.opened) this.lose();
  }

  private async end(): Promise<void> {
    const was = this.opened;
    this.opened = false;
    try {
      await this.reader?.cancel();
    } catch {
      // it is gone already
    }
    await this.pumping;
    try {
      this.writer?.releaseLock();
    } catch {
      // nothing was held
    }
    this.writer = null;
    try {
      if (was || this.port.readable) await this.port.close();
    } catch {
      // an adapter that was pulled out closes itself
    }
  }

  private lose(): void {
    if (!this.opened) return;
    this.lost = true;
    this.call();
  }

  private call(): void {
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }
}
