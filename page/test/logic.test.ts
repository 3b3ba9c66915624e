// The page's own logic, without a browser and without a server.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBackend } from "../src/backend/fake";
import { useBackend } from "../src/backend/current";
import { EventParser } from "../src/backend/sse";
import type { Line } from "../src/backend/backend";
import { mapOf, planMap, readingMap, runs, writingMap } from "../src/model/flashmap";
import { MODULES, edgePad, moduleNamed, notLedOut, searchModules, wireTo } from "../src/model/modules";
import { blocks, inlines } from "../src/model/markdown";
import { redact } from "../src/model/redact";
import { troubleHeard, troubleOf } from "../src/model/trouble";
import { OwnConsole } from "../src/state/console";
import { emptyView, finished, fold, runToEnd, watch } from "../src/state/jobs";
import { about, addCatalogue, bytes, language, t, told } from "../src/text/t";

const s = "plugsmith/1" as const;
const begin = (task: string, total?: number): Line => ({ schema: s, type: "task_begin", task, title: task, total, unit: "bytes" });
const progress = (task: string, done: number): Line => ({ schema: s, type: "progress", task, done });
const result = (data: unknown): Line => ({ schema: s, type: "result", command: "x", data });

describe("events of a job", () => {
  it("progress never goes back", () => {
    const view = emptyView("1", "backup");
    fold(view, begin("backup", 100), 0);
    fold(view, progress("backup", 60), 0);
    fold(view, progress("backup", 40), 0);
    expect(view.tasks[0]?.done).toBe(60);
  });

  it("a link that was found counts as a reset and as heard", () => {
    const view = emptyView("1", "info");
    fold(view, begin("link"), 0);
    fold(view, { schema: s, type: "task_end", task: "link", ok: true, seconds: 1, summary: "" }, 0);
    expect([view.heard, view.resets]).toEqual(["chip", 1]);
  });

  it("a question that another tab answered is closed", () => {
    const view = emptyView("1", "flash");
    fold(view, { schema: s, type: "ask", id: "ask-1", kind: "confirm", question: "Go on?" }, 0);
    expect(view.state).toBe("asking");
    fold(view, { type: "answered", id: "ask-1" }, 0);
    expect([view.state, view.ask]).toEqual(["running", null]);
  });

  it("notes are bounded, results are not lost behind them", () => {
    const view = emptyView("1", "x");
    for (let k = 0; k < 5000; k += 1) fold(view, { schema: s, type: "log", message: `${k}`, level: "info" }, 0);
    fold(view, result({ ok: true }), 0);
    expect(view.notes.length).toBeLessThan(1000);
    expect(view.result).toEqual({ ok: true });
  });
});

describe("the console of a tab", () => {
  const kept = new Map<string, string>();
  let fake: FakeBackend;
  let cancelled: string[];
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal("document", { hidden: true });
    vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
    fake = new FakeBackend();
    cancelled = [];
    fake.cancel = async (id) => void cancelled.push(id);
    fake.events = () => new Promise(() => undefined);
    useBackend(fake);
  });
  const settle = async (): Promise<void> => {
    for (let k = 0; k < 10; k += 1) await Promise.resolve();
  };

  it("neither shows nor ends what another tab began", async () => {
    await fake.start("console", { port: "A" });
    const own = new OwnConsole();
    own.enter();
    own.again(await fake.jobs());
    own.leave();
    await settle();
    expect([own.view.value, cancelled]).toEqual([null, []]);
  });

  it("goes on with its own after a reload, and ends it when its page is left", async () => {
    void new OwnConsole().run("console", { port: "A" });
    await settle();
    const own = new OwnConsole();
    own.again(await fake.jobs());
    await settle();
    const id = (await fake.jobs())[0]?.id;
    expect(own.view.value?.id).toBe(id);
    own.leave();
    expect(cancelled).toEqual([id]);
  });

  it("is ended when the server answers after its page was left", async () => {
    const own = new OwnConsole();
    own.enter();
    void own.run("console", { port: "A" });
    own.leave();
    await settle();
    expect(cancelled).toEqual([(await fake.jobs())[0]?.id]);
  });
});

describe("a job on the fake back end", () => {
  let fake: FakeBackend;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("document", { hidden: true });
    fake = new FakeBackend();
    useBackend(fake);
  });

  it("is taken up again where a cut stream stopped", async () => {
    const id = await fake.start("backup", { port: "p" });
    const shown = watch(id, "backup");
    fake.say(id, begin("backup", 10), progress("backup", 5));
    await vi.advanceTimersByTimeAsync(300);
    expect(shown.value.last).toBe(2);
    fake.cut(id);
    await vi.advanceTimersByTimeAsync(100);
    fake.away = false;
    fake.say(id, progress("backup", 10), result({ size: 10 }));
    const done = finished(shown);
    await vi.advanceTimersByTimeAsync(5000);
    expect((await done).result).toEqual({ size: 10 });
    expect(shown.value.tasks).toHaveLength(1);
  });

  it("gives its result", async () => {
    const ended = runToEnd("info", { port: "p" });
    await vi.advanceTimersByTimeAsync(1);
    const row = (await fake.jobs())[0] as { id: string };
    fake.say(row.id, result({ chip: "BK7231T" }));
    await vi.advanceTimersByTimeAsync(1000);
    expect((await ended).result).toEqual({ chip: "BK7231T" });
  });
});

describe("the stream of events", () => {
  const parsed = (pieces: string[]): [string, string][] => {
    const seen: [string, string][] = [];
    const parser = new EventParser((id, data) => seen.push([id, data]));
    for (const piece of pieces) parser.feed(piece);
    return seen;
  };
  it("is the same wherever it is cut", () => {
    const text = ': here\nid: 1\ndata: {"a":1}\n\n: alive\r\nid: 2\r\ndata: x\r\ndata: y\r\n\r\n';
    const whole = parsed([text]);
    expect(whole).toEqual([["1", '{"a":1}'], ["2", "x\ny"]]);
    for (let cut = 1; cut < text.length; cut += 1) expect(parsed([text.slice(0, cut), text.slice(cut)])).toEqual(whole);
  });
});

describe("the flash map", () => {
  it("covers every cell once in runs", () => {
    const map = mapOf(2 << 20, [{ name: "a", start: 0x11000, end: 0x20000, state: "write" }]);
    expect(runs(map.cells, 32).reduce((all, run) => all + run.length, 0)).toBe(512);
  });
  it("tells read cells from proven ones, and marks the one in work", () => {
    const cells = readingMap(0x10000, 0x4000).cells;
    expect(cells.filter((cell) => cell === "read")).toHaveLength(4);
    expect(cells).not.toContain("proven");
    expect(cells[4]).toBe("reading");
  });
  it("writes the cells that change, and no other", () => {
    const plan = planMap([
      { start: 0, length: 0x8000, action: "keep", region: "boot loader", why: "" },
      { start: 0x8000, length: 0x8000, action: "write", region: "application", why: "" },
    ]);
    const half = writingMap(plan, 50, 100).cells;
    expect(half.slice(0, 8).every((cell) => cell === "kept")).toBe(true);
    expect(half.filter((cell) => cell === "written")).toHaveLength(4);
  });
});

describe("words", () => {
  it("counts in every language as people do", () => {
    addCatalogue("pl", { "{n} relays": "{n} {n:przekaźnik|przekaźniki|przekaźników}" });
    const said = () => [1, 3, 5, 12, 22].map((n) => t("{n} relays", { n }));
    expect(said()[0]).toBe("1 relays");
    expect(t("{n} {n:relay|relays}, {m}", { n: 1, m: 2 })).toBe("1 relay, 2");
    language.value = "pl";
    expect(said()).toEqual(["1 przekaźnik", "3 przekaźniki", "5 przekaźników", "12 przekaźników", "22 przekaźniki"]);
    language.value = "en";
  });
  it("says sizes and times as people do", () => {
    expect([bytes(4096), bytes(2 << 20), bytes(512)]).toEqual(["4 KiB", "2 MiB", "512 bytes"]);
    expect([about(1), about(18), about(70), about(200)]).toEqual(["a few seconds", "about 20 s", "about a minute", "about 3 minutes"]);
  });
  it("takes out of a post what is nobody's business", () => {
    const text = 'ssid: "home" password=hunter2 mac c8:47:8c:dd:44:e7 at 192.168.1.20 in /home/anna/x bk7231t_dd44e7_2026.bin my-word';
    const clean = redact(text, ["my-word"]);
    for (const secret of ["home\"", "hunter2", "dd:44:e7", "dd44e7", "192.168.1.20", "anna", "my-word"]) expect(clean).not.toContain(secret);
    expect(clean).toContain("c8:47:8c");
  });
});

describe("modules", () => {
  it("the flash's own pads have the lines of an SPI adapter, and what is not led out is known", () => {
    const [whole, part, other] = ["WB3S", "CB2S", "T1-2S"].map((name) => moduleNamed(name)!);
    expect(["P20", "P21", "P22", "P23", "CEN", "P10"].map((pin) => wireTo(whole!, "spi", pin))).toEqual(["SCK", "CS", "MOSI", "MISO", "reset", undefined]);
    expect(wireTo(whole!, "uart", "P20")).toBeUndefined();
    expect([notLedOut(whole!), notLedOut(part!)]).toEqual([[], ["P20", "P22"]]);
    expect([whole!.needs_spi, part!.needs_spi, other!.spi]).toEqual([true, false, undefined]);
  });

  it("are found by a part of the name or by the chip", () => {
    expect(searchModules("wb2").map((one) => one.name)).toContain("WB2S");
    expect(searchModules("bk7238").every((one) => one.chip === "BK7238")).toBe(true);
    expect(searchModules("nothing such")).toEqual([]);
  });
  it("are found as people type what is printed", () => {
    const first = (words: string): string | undefined => searchModules(words)[0]?.name;
    const named: Record<string, string> = {
      "tuya cb2s": "CB2S", "CB2S ": "CB2S", "\u0421\u04122S": "CB2S", "FCC ID: 2ANDL-CB3S": "CB3S", "cbu_v200": "CBU V200",
      "modu\u0142 CB2S": "CB2S", "P/N: CB2S": "CB2S", "Espressif ESP8266EX": "ESP8266", "(\u201eCB2S\u201d)": "CB2S",
      "ESP8266EX": "ESP8266", "RTL8720CF-VA1-CG": "RTL8720C", "GD32VW553": "GD32VW553", "AXYU": "AXYU", "BL616": "BL616",
    };
    for (const [words, name] of Object.entries(named)) expect([words, first(words)]).toEqual([words, name]);
    expect(searchModules("BK7231NQN40").every((one) => one.chip === "BK7231N")).toBe(true);
    for (const words of ["WBR3-V2", "CB2S V1.0", "C82S", "CB2S WB2S", "\u0441\u044e\u0440"]) expect([words, first(words)]).toEqual([words, undefined]);
  });
  it("of other makers come with their tool, and say what is not known", () => {
    const others = MODULES.filter((one) => one.other);
    expect(others.length).toBeGreaterThan(100);
    for (const { name, other } of others) {
      expect([name, other?.evidence.length]).not.toEqual([name, 0]);
      expect([name, !!other?.by_plugsmith.length]).toEqual([name, other?.tool === "esptool" || other?.tool === "ltchiptool"]);
    }
    expect(moduleNamed("WXU")?.chip).toBe("XR806");
    expect(moduleNamed("GD32VW553")?.chip).toBe("GD32VW553");
  });
  it("have readable pads", () => {
    for (const module of MODULES)
      for (const row of Object.values(module.outline?.rows ?? {}))
        for (const text of row) expect(edgePad(text).signal).toMatch(/^(P\d+|GND|3V3|CEN|ANT|NC)$/);
  });
});

describe("documents", () => {
  it("are heads, texts, lists, tables and code, and markup in them stays text", () => {
    const source = "<!-- not shown -->\n# Title\n\nSome `code`, **strong** and [a link](linking.md#x).\nMore.\n\n- one\n  goes on\n- two\n\n1. first\n\n| A | B |\n|---|:--|\n| `x\\|y` | <script>alert(1)</script> |\n\n```\n# no head\n```\n> careful";
    expect(blocks(source).map((block) => block.kind)).toEqual(["head", "text", "list", "list", "table", "code", "quote"]);
    const [, text, list, ordered, table] = blocks(source);
    expect(text).toMatchObject({ inline: [{ text: "Some " }, { kind: "code", text: "code" }, { text: ", " }, { kind: "strong" }, { text: " and " }, { kind: "link", target: "linking.md#x" }, { text: ". More." }] });
    expect(list).toMatchObject({ ordered: false, items: [[{ text: "one goes on" }], [{ text: "two" }]] });
    expect(ordered).toMatchObject({ ordered: true });
    expect(table).toMatchObject({ rows: [[[{ kind: "code", text: "x|y" }], [{ kind: "text", text: "<script>alert(1)</script>" }]]] });
  });
  it("take four spaces for code where a text does not go on", () => {
    expect(blocks("Run\n\n    plugsmith doctor\n\nwith\n    the rest")).toMatchObject([{ kind: "text" }, { kind: "code", text: "plugsmith doctor" }, { kind: "text", inline: [{ text: "with the rest" }] }]);
  });
  it("leave pictures out and never end in a loop", () => {
    expect(inlines("![alt](pictures/x.png) then")).toEqual([{ kind: "text", text: " then" }]);
    for (const odd of ["", "|", "```", "- ", ">", "#", "| a |\n|---|", "[x](", "**", "`"]) blocks(odd);
  });
});

describe("pictures of what is wrong with the wires", () => {
  const error = (code: string, data = {}) => ({ schema: s, type: "error" as const, code, exit: 4, message: "", hint: "", data });
  it("say which wire for what is heard", () => {
    expect(troubleOf(error("PS-LINK-TIMEOUT", { heard: "echo" }))?.bridge).toBe(true);
    expect(troubleOf(error("PS-LINK-TIMEOUT", { heard: "noise" }))?.wires).toEqual({ GND: "doubt" });
    expect(troubleOf(error("PS-PORT-LOST"))?.cable).toBe("out");
    expect(troubleOf(error("PS-PORT-DENIED"))?.locked).toBe(true);
  });
  it("are not drawn where wires are right", () => {
    expect(troubleHeard("chip")).toBeNull();
    expect(troubleOf(error("PS-IMAGE-CHIP"))).toBeNull();
  });
});

describe("codes of results", () => {
  it("are words, in the page's language where it has them", () => {
    addCatalogue("xx", { "vendor files": "pliki producenta" });
    language.value = "xx";
    expect(told("tuya-files")).toBe("pliki producenta");
    expect(told("rf-calibration")).toBe("RF calibration and MAC");
    expect(told("never-heard-of")).toBe("never heard of");
    language.value = "en";
  });
});
