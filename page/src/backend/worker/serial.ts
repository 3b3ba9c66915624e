// Web Serial as far as we use it; the DOM types of TypeScript 5 lack it.
export interface SerialPortLike {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: { baudRate: number; bufferSize?: number }): Promise<void>;
  close(): Promise<void>;
  setSignals(signals: { requestToSend?: boolean; dataTerminalReady?: boolean }): Promise<void>;
  getInfo(): { usbVendorId?: number; usbProductId?: number };
}

export interface SerialLike {
  getPorts(): Promise<SerialPortLike[]>;
  requestPort?(): Promise<SerialPortLike>;
}

export function serialOf(scope: unknown): SerialLike | null {
  return (scope as { navigator?: { serial?: SerialLike } }).navigator?.serial ?? null;
}
