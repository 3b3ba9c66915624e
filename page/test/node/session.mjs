// The core in Node: reads one JSON request a line, answers one JSON line each. For `make test-web`.
// {"op": "call", "name", "given"} | {"op": "put", "name", "path"} | {"op": "get", "file", "path"} |
// {"op": "wait", "job"}: the lines of a job when it has ended | {"op": "python", "code"}
// Arguments: core.zip.xz [pyodide.mjs], the latter where it is not that of node_modules.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { Host } from "../../src/backend/worker/host.ts";
import { startPython } from "../../src/backend/worker/python.ts";

const own = process.argv[3];
const { loadPyodide } = await import(own ? pathToFileURL(own).href : "pyodide");
const core = readFileSync(process.argv[2]);
const host = new Host(null, null, () => undefined);
const began = performance.now();
const started = await startPython({
  loadPyodide,
  core: core.buffer.slice(core.byteOffset, core.byteOffset + core.byteLength),
  host,
  serial: false,
  language: "en",
});

const face = started.face;
const pyodide = started.pyodide;

async function answer(asked) {
  switch (asked.op) {
    case "call":
      return JSON.parse(face.call(asked.name, JSON.stringify(asked.given ?? {})));
    case "put":
      return JSON.parse(face.put(asked.name, new Uint8Array(readFileSync(asked.path))));
    case "get":
      writeFileSync(asked.path, face.get(asked.file) ?? new Uint8Array());
      return {};
    case "wait": {
      const lines = [];
      for (let after = 0; ; ) {
        const { ok } = JSON.parse(face.call("lines", JSON.stringify({ job: asked.job, after })));
        for (const [number, line] of ok.lines) {
          lines.push(line);
          after = number;
        }
        if (ok.done) return lines;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    case "mount":
      pyodide.FS.mkdirTree(asked.name);
      pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: asked.path }, asked.name);
      return {};
    case "python":
      return pyodide.runPython(asked.code);
    default:
      throw new Error(`unknown: ${asked.op}`);
  }
}

const say = (body) => void process.stdout.write(`@@${JSON.stringify(body)}\n`);
say({ ready_ms: Math.round(performance.now() - began) });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ ok: await answer(JSON.parse(line)) });
  } catch (problem) {
    say({ failed: String(problem) });
  }
}
process.exit(0);
