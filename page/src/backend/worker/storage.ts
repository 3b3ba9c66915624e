// The library in the browser's own file system (OPFS). Python writes into memory; `keep` carries it over.
import { ELSEWHERE } from "./messages.ts";
import { Mirror, type Files } from "./mirror.ts";
import { LIBRARY } from "./python.ts";
import type { Keeper } from "./host.ts";

const LOCK = "plugsmith-library";
const PATIENCE_MS = 3000; // a tab that was reloaded lets go of it only now

export class Storage implements Keeper {
  private mirror: Mirror | null = null;
  private busy: Promise<string> = Promise.resolve("");

  /** Why nothing lasts here; null when it does. */
  problem: string | null = "not opened yet";

  async load(files: Files): Promise<void> {
    if (navigator.locks && !(await this.alone())) {
      this.problem = ELSEWHERE;
      return;
    }
    try {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("plugsmith-library", { create: true });
      const mirror = new Mirror(files, LIBRARY, folder);
      await mirror.load();
      this.mirror = mirror;
      this.problem = null;
    } catch (problem) {
      this.problem = String((problem as Error).message ?? problem);
    }
  }

  /** Each tab would take away what the other one kept: the first has the library until it is closed. */
  private alone(): Promise<boolean> {
    return new Promise((resolve) => {
      const hold = (): Promise<never> => {
        resolve(true);
        return new Promise(() => undefined);
      };
      navigator.locks.request(LOCK, { signal: AbortSignal.timeout(PATIENCE_MS) }, hold).catch(() => resolve(false));
    });
  }

  /** One carry-over at a time; each begins after the write that asked for it. */
  keep(): Promise<string> {
    this.busy = this.busy.then(() => this.carry());
    return this.busy;
  }

  private async carry(): Promise<string> {
    if (!this.mirror) return `the browser keeps no files for this page: ${this.problem}`;
    try {
      await this.mirror.carry();
      return "";
    } catch (problem) {
      const { name, message } = problem as DOMException;
      return `${name}: ${message}`;
    }
  }
}
