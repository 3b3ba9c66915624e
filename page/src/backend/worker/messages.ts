// What page and worker say to each other.
export type ToWorker =
  | { kind: "begin"; base: string; language: string }
  | { kind: "call"; id: number; name: string; text: string }
  | { kind: "put"; id: number; name: string; data: ArrayBuffer }
  | { kind: "get"; id: number; handle: string }
  | { kind: "pack"; id: number }
  | { kind: "take"; id: number; data: ArrayBuffer };

export type FromWorker =
  | { kind: "ready"; ms: number; kept: string | null; serial: boolean; patient: boolean }
  | { kind: "failed"; problem: string }
  | { kind: "step"; done: number; of: number }
  | { kind: "answer"; id: number; text: string }
  | { kind: "bytes"; id: number; data: Uint8Array | null }
  | { kind: "news"; job: string }
  | { kind: "reopened"; ms: number };

/** Why a second tab has no library (`kept` of `ready`). */
export const ELSEWHERE = "another tab of this page has the library";
