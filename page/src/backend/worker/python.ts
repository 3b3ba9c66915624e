// Pyodide with our core in it; runs in a worker and, for tests, in Node.
import type { Host } from "./host.ts";

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
  FS: { mkdirTree(path: string): void; writeFile(path: string, data: Uint8Array): void };
  registerJsModule(name: string, module: unknown): void;
  runPython(code: string): unknown;
  mountNativeFS(path: string, handle: unknown): Promise<{ syncfs(): Promise<void> }>;
}

export interface Parts {
  loadPyodide(options: Record<string, unknown>): Promise<PyodideLike>;
  /** Where Pyodide's files lie, with a slash at the end; none in Node, which finds them itself. */
  indexURL?: string;
  core: ArrayBuffer;
  host: Host;
  serial: boolean;
  language: string;
  /** Before the core begins: mounts what lasts below LIBRARY. */
  mount?(pyodide: PyodideLike): Promise<void>;
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
import asyncio, os, sys
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
    def begin(self, work):
        async def task():
            async with self._one:
                work()
        asyncio.ensure_future(task())
    def beat(self, every_s, once):
        async def task():
            while once():
                await asyncio.sleep(every_s)
        asyncio.ensure_future(task())

from plugsmith.web.face import Face

class _Face:
    def __init__(self):
        self._face = Face(
            _Host(),
            wait=run_sync,
            ways=_Ways(),
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
  await parts.mount?.(pyodide);
  pyodide.registerJsModule("plugsmith_host", {
    host: parts.host,
    serial: parts.serial,
    patient: patient(),
    language: parts.language,
  });
  return { face: pyodide.runPython(BOOT) as Face, pyodide };
}
