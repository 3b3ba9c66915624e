// Pyodide with our core in it; runs in a worker and, for tests, in Node.
import type { Host } from "./host.ts";
import type { Files } from "./mirror.ts";

/** The calls of `plugsmith.web.face.Face`. */
export interface Face {
  call(name: string, text: string): string;
  put(name: string, data: Uint8Array): string;
  get(handle: string): Uint8Array | undefined;
  pack(): Uint8Array;
  take(data: Uint8Array): string;
  keep_back(problem: string): string;
}

interface PyodideLike {
  FS: Files;
  registerJsModule(name: string, module: unknown): void;
  runPython(code: string): unknown;
  setInterruptBuffer(buffer: unknown): void;
}

export interface Parts {
  loadPyodide(options: Record<string, unknown>): Promise<PyodideLike>;
  /** Where Pyodide's files lie, with a slash at the end; none in Node, which finds them itself. */
  indexURL?: string;
  core: ArrayBuffer;
  host: Host;
  serial: boolean;
  language: string;
  /** Before the core begins: puts what lasts below LIBRARY. */
  load?(files: Files): Promise<void>;
}

export const LIBRARY = "/library";
const SITE = "/lib/core";

const PACKED = "/tmp/core.zip.xz";
// A ZIP that is packed as one piece: much less to download, and unpacked as quickly.
const UNPACK = `
import io, lzma, os, zipfile
with open("${PACKED}", "rb") as file:
    zipfile.ZipFile(io.BytesIO(lzma.decompress(file.read()))).extractall("${SITE}")
os.remove("${PACKED}")
`;

const BOOT = `
import asyncio, os, signal, sys
sys.path.insert(0, "${SITE}")
import plugsmith_host
from pathlib import Path
from pyodide.ffi import can_run_sync, run_sync, to_js

os.environ["PLUGSMITH_LANG"] = plugsmith_host.language

class _Host:
    """The worker's JavaScript; bytes are handed over as an array of their own."""
    to_js = staticmethod(to_js)
    def __getattr__(self, name):
        return getattr(plugsmith_host.host, name)

class _Ways:
    # One job after the other: Pyodide survives one sleeping call, and not several that wake in turn.
    def __init__(self):
        self._one = asyncio.Lock()
        self._beats = []
        self._asleep = False
        signal.signal(signal.SIGUSR1, self._amid)
    def begin(self, work):
        async def task():
            async with self._one:
                work()
        asyncio.ensure_future(task())
    def beat(self, every_s, once):
        async def task():
            self._beats.append(once)
            while once():
                plugsmith_host.pulse.arm(2000 * every_s)
                await asyncio.sleep(every_s)
            self._beats.remove(once)
        asyncio.ensure_future(task())
    def wait(self, promise):
        self._asleep = True
        try:
            return run_sync(promise)
        finally:
            self._asleep = False
    # A computation has taken so long that no task could beat: between two of its instructions. What was
    # sent before leaves only when the computation sleeps; nothing else of Python runs meanwhile. Beside
    # a job that sleeps itself nobody may sleep.
    def _amid(self, *_signal):
        if not self._asleep and can_run_sync():
            self.wait(plugsmith_host.pulse.settled())
        if [once() for once in self._beats]:
            plugsmith_host.pulse.arm(30)

from plugsmith.web.face import Face

_ways = _Ways()

class _Face:
    def __init__(self):
        self._face = Face(
            _Host(),
            wait=_ways.wait,
            ways=_ways,
            library=Path("${LIBRARY}"),
            serial=plugsmith_host.serial and plugsmith_host.patient,
            patient=plugsmith_host.patient,
        )
    def call(self, name, text):
        return self._face.call(name, text)
    def put(self, name, data):
        return self._face.put(name, data.to_bytes())
    def get(self, handle):
        found = self._face.get(handle)
        return None if found is None else to_js(found)
    def pack(self):
        return to_js(self._face.pack())
    def take(self, data):
        return self._face.take(data.to_bytes())
    def keep_back(self, problem):
        return self._face.keep_back(problem)

_Face()
`;

const SIGUSR1 = 10;
const HOPS = 8; // of microtasks, in which a written chunk ends

/** Where Python looks for a signal every few instructions, in place of memory that is shared. */
class Pulse {
  private due = Infinity;

  get 0(): number {
    if (performance.now() < this.due) return 0;
    this.due = Infinity;
    return SIGUSR1;
  }
  set 0(_taken: number) {}

  arm(ms: number): void {
    this.due = performance.now() + ms;
  }

  async settled(): Promise<void> {
    for (let hop = 0; hop < HOPS; hop += 1) await null;
  }
}

/** Whether a call of the core can be put to sleep (JSPI): without it there is no port. */
export function patient(): boolean {
  return typeof WebAssembly === "object" && "Suspending" in WebAssembly;
}

export async function startPython(parts: Parts): Promise<{ face: Face; pyodide: PyodideLike }> {
  const pyodide = await parts.loadPyodide(parts.indexURL ? { indexURL: parts.indexURL } : {});
  pyodide.FS.mkdirTree(SITE);
  pyodide.FS.mkdirTree(LIBRARY);
  pyodide.FS.writeFile(PACKED, new Uint8Array(parts.core));
  pyodide.runPython(UNPACK);
  await parts.load?.(pyodide.FS);
  const pulse = new Pulse();
  pyodide.setInterruptBuffer(pulse);
  pyodide.registerJsModule("plugsmith_host", {
    host: parts.host,
    pulse,
    serial: parts.serial,
    patient: patient(),
    language: parts.language,
  });
  return { face: pyodide.runPython(BOOT) as Face, pyodide };
}
