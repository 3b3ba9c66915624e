// A folder of Pyodide's memory that lasts in the browser's own file system (OPFS). Each carry-over takes what
// changed since the last one and nothing else, so that it costs the same however much is kept.

/** Pyodide's file system, as far as it is used. `ino` is another one for each file that was ever made. */
export interface Files {
  readdir(path: string): string[];
  stat(path: string): { mode: number; ino: number; size: number; mtime: Date };
  isDir(mode: number): boolean;
  readFile(path: string): Uint8Array;
  writeFile(path: string, data: Uint8Array): void;
  mkdirTree(path: string): void;
  utime(path: string, atime: number, mtime: number): void;
}

interface Seen {
  folder: boolean;
  ino: number;
  size: number;
  mtime: number;
}

type Folder = FileSystemDirectoryHandle & { entries(): AsyncIterable<[string, FileSystemHandle]> };

export class Mirror {
  private readonly kept = new Map<string, Seen>();
  private readonly folders = new Map<string, Folder>();
  private readonly files: Files;
  private readonly root: string;

  constructor(files: Files, root: string, stored: FileSystemDirectoryHandle) {
    this.files = files;
    this.root = root;
    this.folders.set(root, stored as Folder);
  }

  /** All that is kept into memory, with the times at which it was stored. */
  async load(folder = this.root): Promise<void> {
    this.files.mkdirTree(folder);
    const within: Promise<void>[] = [];
    for await (const [name, handle] of this.folders.get(folder)!.entries()) {
      const path = `${folder}/${name}`;
      if (handle.kind === "directory") {
        this.folders.set(path, handle as Folder);
        within.push(this.load(path));
      } else within.push(this.fetch(path, handle as FileSystemFileHandle));
    }
    await Promise.all(within);
    if (folder !== this.root) this.kept.set(folder, this.seen(folder));
  }

  /** Return when the browser has what memory has; rejects with what the browser says (no room). */
  async carry(): Promise<void> {
    const there = new Set<string>();
    for (const path of this.paths(this.root)) {
      if (!this.exists(path)) continue; // it was there for a moment
      there.add(path);
      const seen = this.seen(path);
      if (same(this.kept.get(path), seen)) continue;
      if (!seen.folder) await this.put(path, seen);
      else {
        await this.folder(path);
        this.kept.set(path, seen);
      }
    }
    for (const path of [...this.kept.keys()].filter((one) => !there.has(one)).reverse()) await this.remove(path);
  }

  private async fetch(path: string, handle: FileSystemFileHandle): Promise<void> {
    const file = await handle.getFile();
    this.files.writeFile(path, new Uint8Array(await file.arrayBuffer()));
    this.files.utime(path, file.lastModified, file.lastModified);
    this.kept.set(path, this.seen(path));
  }

  /** Each folder before what lies in it. */
  private paths(folder: string): string[] {
    const names = this.files.readdir(folder).filter((name) => name !== "." && name !== "..");
    return names.sort().flatMap((name) => {
      const path = `${folder}/${name}`;
      return this.files.isDir(this.files.stat(path).mode) ? [path, ...this.paths(path)] : [path];
    });
  }

  private seen(path: string): Seen {
    const { mode, ino, size, mtime } = this.files.stat(path);
    return { folder: this.files.isDir(mode), ino, size, mtime: mtime.getTime() };
  }

  private async folder(path: string): Promise<Folder> {
    const found = this.folders.get(path);
    if (found) return found;
    const [above, name] = split(path);
    const made = (await (await this.folder(above)).getDirectoryHandle(name, { create: true })) as Folder;
    this.folders.set(path, made);
    return made;
  }

  /** The whole new content in place of the old one, or the old one as it was. */
  private async put(path: string, seen: Seen): Promise<void> {
    while (Date.now() === seen.mtime); // less than a millisecond: what is written after this has another time
    const data = this.files.readFile(path) as Uint8Array<ArrayBuffer>;
    const [above, name] = split(path);
    const folder = await this.folder(above);
    const file = await folder.getFileHandle(name, { create: true }); // there, and empty, from here on
    let stream: FileSystemWritableFileStream | undefined;
    try {
      stream = await file.createWritable();
      await stream.write(data);
      await stream.close();
    } catch (problem) {
      await stream?.abort().catch(() => undefined);
      if (!this.kept.has(path)) await folder.removeEntry(name).catch(() => undefined);
      throw problem;
    }
    this.kept.set(path, seen);
  }

  private exists(path: string): boolean {
    try {
      this.files.stat(path);
      return true;
    } catch {
      return false;
    }
  }

  private async remove(path: string): Promise<void> {
    const [above, name] = split(path);
    const folder = this.folders.get(above);
    await folder?.removeEntry(name, { recursive: true }).catch((problem: DOMException) => {
      if (problem.name !== "NotFoundError") throw problem;
    });
    this.folders.delete(path);
    this.kept.delete(path);
  }
}

function split(path: string): [string, string] {
  const at = path.lastIndexOf("/");
  return [path.slice(0, at), path.slice(at + 1)];
}

function same(one: Seen | undefined, two: Seen): boolean {
  if (!one || one.folder !== two.folder) return false;
  return one.folder || (one.ino === two.ino && one.size === two.size && one.mtime === two.mtime);
}
