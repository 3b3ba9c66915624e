// A navigator.serial of the tests: one adapter whose bytes go over a WebSocket to the
// simulator. As strict as the real one: opening twice, or a port that is away, is an error.
(() => {
  const base = `${self.location.protocol === "https:" ? "wss" : "ws"}://${self.location.host}`;
  class FakePort extends EventTarget {
    constructor() {
      super();
      this.readable = null;
      this.writable = null;
      this.socket = null;
      this.usb = [0, 0];
      this.waiting = new Map();
      this.number = 0;
    }
    getInfo() {
      return { usbVendorId: this.usb[0], usbProductId: this.usb[1] };
    }
    async open({ baudRate }) {
      if (this.socket) throw new DOMException("The port is already open.", "InvalidStateError");
      const socket = new WebSocket(`${base}/_serial?baud=${baudRate}`);
      socket.binaryType = "arraybuffer";
      await new Promise((resolve, reject) => {
        socket.onmessage = resolve; // the first byte says that it is open
        socket.onerror = () => reject(new DOMException("Failed to open serial port.", "NetworkError"));
        socket.onclose = socket.onerror;
      });
      this.socket = socket;
      let feed;
      this.newReadable = () =>
        new ReadableStream({ start: (controller) => { feed = controller; }, cancel: () => { feed = null; this.readable = null; } });
      this.readable = this.newReadable();
      this.newWritable = () =>
        new WritableStream({
          write: (chunk) => {
            if (socket.readyState !== 1) throw new DOMException("The device has been lost.", "NetworkError");
            socket.send(chunk);
          },
          close: async () => {
            await this.order({ op: "drain" });
            this.writable = this.socket ? this.newWritable() : null;
          },
        });
      this.writable = this.newWritable();
      socket.onmessage = ({ data }) => {
        if (typeof data === "string") {
          const { done } = JSON.parse(data);
          this.waiting.get(done)?.();
          this.waiting.delete(done);
        } else feed?.enqueue(new Uint8Array(data));
      };
      socket.onclose = socket.onerror = () => {
        if (this.socket !== socket) return;
        this.socket = null;
        for (const resolve of this.waiting.values()) resolve();
        this.waiting.clear();
        feed?.error(new DOMException("The device has been lost.", "NetworkError"));
        this.readable = this.writable = null;
      };
    }
    async close() {
      if (!this.socket) throw new DOMException("The port is already closed.", "InvalidStateError");
      if (this.readable?.locked || this.writable?.locked) throw new TypeError("Cannot close: a stream is locked");
      const socket = this.socket;
      this.socket = null;
      this.readable = this.writable = null;
      await new Promise((resolve) => { socket.onclose = resolve; socket.close(); });
    }
    async setSignals({ requestToSend, dataTerminalReady }) {
      await this.order({ op: "lines", rts: requestToSend, dtr: dataTerminalReady });
    }
    order(what) {
      if (!this.socket) return Promise.resolve();
      this.number += 1;
      const n = this.number;
      return new Promise((resolve) => {
        this.waiting.set(n, resolve);
        this.socket.send(JSON.stringify({ ...what, n }));
      });
    }
  }
  const port = new FakePort();
  const serial = {
    getPorts: async () => {
      try {
        const usb = await (await fetch(`${self.location.origin}/_ports`, { cache: "no-store" })).json();
        if (usb) port.usb = usb;
        return usb ? [port] : [];
      } catch {
        return []; // the test has switched its server off
      }
    },
    requestPort: async () => port,
    addEventListener() {},
  };
  Object.defineProperty(self.navigator, "serial", { configurable: true, value: serial });
})();
