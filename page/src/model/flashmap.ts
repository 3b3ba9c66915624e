// The flash as cells of 4 KiB: what is known about each, and the regions with their names.
export const CELL = 4096;

export type CellState =
  | "unknown"
  | "kept"
  | "reading"
  | "read"
  | "proven"
  | "blank"
  | "equal"
  | "erase"
  | "write"
  | "written"
  | "sound"
  | "foreign"
  | "differs"
  | "damaged";

export interface Region {
  name: string;
  start: number;
  end: number;
  why?: string;
  state: CellState;
}

export interface MapModel {
  size: number;
  cells: CellState[];
  regions: Region[];
}

export function cellCount(size: number): number {
  return Math.max(1, Math.ceil(size / CELL));
}

/** Every cell in one state. */
export function plainMap(size: number, state: CellState): MapModel {
  return { size, cells: new Array<CellState>(cellCount(size)).fill(state), regions: [] };
}

/** Cells from regions; a later region wins where two share a cell. */
export function mapOf(size: number, regions: Region[]): MapModel {
  const cells = new Array<CellState>(cellCount(size)).fill("unknown");
  for (const region of regions) fill(cells, region.start, region.end, region.state);
  return { size, cells, regions: joined(regions) };
}

function fill(cells: CellState[], start: number, end: number, state: CellState): void {
  const last = Math.min(cells.length, Math.ceil(end / CELL));
  for (let cell = Math.floor(start / CELL); cell < last; cell += 1) cells[cell] = state;
}

/** Neighbours with one name and state are one region for people; crumbs below a cell are left out. */
function joined(regions: Region[]): Region[] {
  const rows: Region[] = [];
  for (const region of regions) {
    if (!region.name || region.end - region.start < 512) continue;
    const before = rows[rows.length - 1];
    if (before && before.name === region.name && before.state === region.state && before.end === region.start)
      before.end = region.end;
    else rows.push({ ...region });
  }
  return rows;
}

/** While reading: the first `done` bytes are read, the cell after them is in work; proven is said at the end. */
export function readingMap(size: number, done: number): MapModel {
  const map = plainMap(size, "unknown");
  fill(map.cells, 0, done - (done % CELL), "read");
  if (done < size) fill(map.cells, done, done + CELL, "reading");
  return map;
}

/** While writing: the first `done` of the bytes that change are on the chip. */
export function writingMap(plan: MapModel, done: number, total: number): MapModel {
  const cells = [...plan.cells];
  const changing = cells.filter((cell) => cell === "write" || cell === "erase").length;
  let left = total > 0 ? Math.floor((changing * Math.min(done, total)) / total) : 0;
  for (let cell = 0; cell < cells.length && left > 0; cell += 1) {
    if (cells[cell] === "write" || cells[cell] === "erase") {
      cells[cell] = "written";
      left -= 1;
    }
  }
  return { ...plan, cells };
}

export interface Run {
  row: number;
  column: number;
  length: number;
  state: CellState;
}

/** Runs of equal cells, row by row: what a picture draws. */
export function runs(cells: CellState[], columns: number): Run[] {
  const found: Run[] = [];
  cells.forEach((state, cell) => {
    const row = Math.floor(cell / columns);
    const column = cell % columns;
    const last = found[found.length - 1];
    if (last && last.row === row && last.state === state && last.column + last.length === column)
      last.length += 1;
    else found.push({ row, column, length: 1, state });
  });
  return found;
}

const ACTIONS: Record<string, CellState> = {
  keep: "kept",
  "skip-equal": "equal",
  erase: "erase",
  write: "write",
};

/** The map of a plan as the verbs give it. */
export function planMap(
  plan: { start: number; length: number; action: string; region: string; why: string }[],
): MapModel {
  const size = plan.reduce((most, step) => Math.max(most, step.start + step.length), 0);
  return mapOf(
    size,
    plan.map((step) => ({
      name: step.region,
      start: step.start,
      end: step.start + step.length,
      why: step.why,
      state: ACTIONS[step.action] ?? "unknown",
    })),
  );
}
