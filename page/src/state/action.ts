// One thing that a page can do: a verb, its job while it runs, its result or its error.
import { useState } from "preact/hooks";
import { signal, type Signal } from "@preact/signals";
import { Gone, Refused, type ErrorLine, type JobId, type Request, type Secrets } from "../backend/backend";
import { backend, link } from "../backend/current";
import { ended, finished, watch, type JobView } from "./jobs";

export class Action<T = unknown> {
  readonly view: Signal<JobView | null> = signal(null);
  readonly refusal: Signal<ErrorLine | null> = signal(null);
  private stop: (() => void) | null = null;

  get busy(): boolean {
    const view = this.view.value;
    return !!view && !ended(view);
  }

  get result(): T | null {
    return (this.view.value?.result as T | undefined) ?? null;
  }

  get error(): ErrorLine | null {
    return this.refusal.value ?? this.view.value?.error ?? null;
  }

  /** Start the verb and wait for its end; its result, or null where it failed. */
  async run(verb: string, request: Request, secrets?: Secrets): Promise<T | null> {
    this.stop?.();
    this.view.value = null;
    return this.told(async () => {
      const id = await backend().start(verb, request, secrets);
      this.begun(id);
      return this.follow(id, verb);
    });
  }

  /** Go on with a job that runs already. */
  attach(id: JobId, verb: string): Promise<T | null> {
    return this.told(() => this.follow(id, verb));
  }

  cancel(): void {
    const view = this.view.value;
    if (view && !ended(view)) cancelJob(view.id);
  }

  /** The server has begun it as job `id`. */
  protected begun(_id: JobId): void {}

  private async told(work: () => Promise<T | null>): Promise<T | null> {
    this.refusal.value = null;
    try {
      return await work();
    } catch (problem) {
      if (problem instanceof Refused) this.refusal.value = problem.line;
      else if (problem instanceof Gone) link.value = "gone";
      else throw problem;
      return null;
    }
  }

  private async follow(id: JobId, verb: string): Promise<T | null> {
    this.stop?.();
    const job = watch(id, verb);
    this.stop = job.subscribe((view) => {
      this.view.value = view;
    });
    const view = await finished(job);
    return (view.result as T | undefined) ?? null;
  }
}

export function cancelJob(id: JobId): void {
  void backend().cancel(id).catch(() => undefined);
}

/** An action that lives as long as its component. */
export function useAction<T>(): Action<T> {
  return useState(() => new Action<T>())[0];
}
