// The library's way into the browser's storage, on a storage and a memory of our own.
import { beforeEach, describe, expect, it } from "vitest";
import { Mirror, type Files } from "../src/backend/worker/mirror";

const ROOT = "/library";

class Memory implements Files {
  readonly nodes = new Map<string, { folder: boolean; ino: number; data: Uint8Array; mtime: number }>();
  private made = 0;

  readdir(path: string): string[] {
    const inside = [...this.nodes.keys()].filter((one) => one.slice(0, one.lastIndexOf("/")) === path);
    return [".", "..", ...inside.map((one) => one.slice(path.length + 1))];
  }
  stat(path: string) {
    const node = this.nodes.get(path);
    if (!node) throw new Error(`${path} is not there`);
    return { mode: node.folder ? 1 : 0, ino: node.ino, size: node.data.length, mtime: new Date(node.mtime) };
  }
  isDir(mode: number): boolean {
    return mode === 1;
  }
  readFile(path: string): Uint8Array {
    this.stat(path);
    return this.nodes.get(path)!.data.slice();
  }
  writeFile(path: string, data: Uint8Array): void {
    const ino = this.nodes.get(path)?.ino ?? (this.made += 1);
    this.nodes.set(path, { folder: false, ino, data, mtime: Date.now() });
  }
  mkdirTree(path: string): void {
    if (this.nodes.has(path)) return;
    this.nodes.set(path, { folder: true, ino: (this.made += 1), data: new Uint8Array(), mtime: 0 });
  }
  utime(path: string, _atime: number, mtime: number): void {
    this.nodes.get(path)!.mtime = mtime;
  }
  say(path: string, text: string): void {
    this.writeFile(`${ROOT}/${path}`, new TextEncoder().encode(text));
  }
  rename(one: string, two: string): void {
    const node = this.nodes.get(`${ROOT}/${one}`)!;
    this.nodes.delete(`${ROOT}/${one}`);
    this.nodes.set(`${ROOT}/${two}`, node);
  }
  drop(path: string): void {
    for (const one of [...this.nodes.keys()]) if (`${one}/`.startsWith(`${ROOT}/${path}/`)) this.nodes.delete(one);
  }
  all(): Record<string, string> {
    const files = [...this.nodes].filter(([, node]) => !node.folder);
    return Object.fromEntries(files.map(([path, node]) => [path, new TextDecoder().decode(node.data)]).sort());
  }
}

let written: string[] = [];
let room = Infinity; // bytes
let locked = false; // no file can be opened for writing
let meanwhile: (() => void) | null = null; // what Python does while a file is being stored

class StoredFile {
  readonly kind = "file";
  data = new Uint8Array();
  lastModified = 0;
  constructor(readonly name: string) {}
  async getFile() {
    return { lastModified: this.lastModified, arrayBuffer: async () => this.data.slice().buffer };
  }
  async createWritable() {
    meanwhile?.();
    if (locked) throw new DOMException("locked", "NoModificationAllowedError");
    let next = new Uint8Array();
    return {
      write: async (data: Uint8Array<ArrayBuffer>) => {
        if (data.length > room) throw new DOMException("full", "QuotaExceededError");
        next = data;
      },
      close: async () => {
        written.push(this.name);
        this.data = next;
        this.lastModified = Date.now();
      },
      abort: async () => undefined,
    };
  }
}

class StoredFolder {
  readonly kind = "directory";
  readonly inside = new Map<string, StoredFile | StoredFolder>();
  listed = 0;
  async getDirectoryHandle(name: string) {
    if (!this.inside.has(name)) this.inside.set(name, new StoredFolder());
    return this.inside.get(name);
  }
  async getFileHandle(name: string) {
    if (!this.inside.has(name)) this.inside.set(name, new StoredFile(name));
    return this.inside.get(name);
  }
  async removeEntry(name: string) {
    if (!this.inside.delete(name)) throw new DOMException(name, "NotFoundError");
  }
  async *entries() {
    this.listed += 1;
    yield* this.inside.entries();
  }
}

async function opened(stored: StoredFolder): Promise<[Memory, Mirror]> {
  const memory = new Memory();
  const mirror = new Mirror(memory, ROOT, stored as unknown as FileSystemDirectoryHandle);
  await mirror.load();
  return [memory, mirror];
}

/** What another visit finds. */
async function kept(stored: StoredFolder): Promise<Record<string, string>> {
  return (await opened(stored))[0].all();
}

describe("the library in the browser's storage", () => {
  let stored: StoredFolder;
  beforeEach(() => {
    [stored, written, room, locked, meanwhile] = [new StoredFolder(), [], Infinity, false, null];
  });

  it("what is kept costs nothing: only what changed is stored again", async () => {
    const [memory, mirror] = await opened(stored);
    memory.mkdirTree(`${ROOT}/backups`);
    for (let k = 0; k < 200; k += 1) memory.say(`backups/${k}.bin`, `${k}`);
    await mirror.carry();
    expect(written.length).toBe(200);
    const [again, second] = await opened(stored);
    [written, stored.listed] = [[], 0];
    again.mkdirTree(`${ROOT}/jobs`);
    again.say("jobs/one", "begin");
    await second.carry();
    again.say("jobs/one", "begin, erase");
    await second.carry();
    await second.carry();
    expect([written, stored.listed]).toEqual([["one", "one"], 0]);
  });

  it("whatever happened to files, another visit finds the same", async () => {
    const [memory, mirror] = await opened(stored);
    let state = 7;
    const draw = (most: number): number => (state = (state * 48271) % 2147483647) % most;
    for (const shelf of ["a", "b"]) memory.mkdirTree(`${ROOT}/${shelf}`);
    for (let round = 0; round < 300; round += 1) {
      const shelf = ["a", "b"][draw(2)]!;
      memory.mkdirTree(`${ROOT}/${shelf}`);
      const names = Object.keys(memory.all()).map((path) => path.slice(ROOT.length + 1));
      const act = draw(8);
      if (act < 4) memory.say(`${shelf}/${draw(9)}`, `${draw(100)}`);
      else if (act < 6 && names.length) memory.rename(names[draw(names.length)]!, `${shelf}/${draw(9)}`);
      else if (act < 7 && names.length) memory.drop(names[draw(names.length)]!);
      else if (draw(8) === 0) memory.drop(shelf);
      if (draw(3)) continue;
      await mirror.carry();
      expect(await kept(stored)).toEqual(memory.all());
    }
  });

  it("a file that is written while it is stored is stored again", async () => {
    const [memory, mirror] = await opened(stored);
    memory.say("one", "aaaa");
    await mirror.carry();
    memory.say("one", "bbbb"); // of the same length, as soon as can be
    await mirror.carry();
    expect(await kept(stored)).toEqual({ [`${ROOT}/one`]: "bbbb" });
    memory.say("passing", "x");
    memory.say("two", "cccc");
    meanwhile = () => memory.drop("passing");
    await mirror.carry();
    expect(Object.keys(await kept(stored))).toContain(`${ROOT}/two`);
    await mirror.carry();
    expect(await kept(stored)).toEqual(memory.all());
  });

  it("without room the old content stays whole, nothing half is left, and later room is used", async () => {
    const [memory, mirror] = await opened(stored);
    memory.say("old", "before");
    await mirror.carry();
    memory.say("old", "after, and longer");
    memory.say("new", "much too long");
    room = 6;
    await expect(mirror.carry()).rejects.toThrow("full");
    expect(await kept(stored)).toEqual({ [`${ROOT}/old`]: "before" });
    room = Infinity;
    await mirror.carry();
    expect(await kept(stored)).toEqual(memory.all());
  });

  it("where nothing can be opened for writing, no empty file is left", async () => {
    const [memory, mirror] = await opened(stored);
    memory.say("old", "before");
    await mirror.carry();
    locked = true;
    memory.say("new", "one");
    await expect(mirror.carry()).rejects.toThrow("locked");
    expect(await kept(stored)).toEqual({ [`${ROOT}/old`]: "before" });
    memory.say("old", "after");
    await expect(mirror.carry()).rejects.toThrow("locked");
    expect(await kept(stored)).toEqual({ [`${ROOT}/old`]: "before" });
    locked = false;
    await mirror.carry();
    expect(await kept(stored)).toEqual(memory.all());
  });
});
