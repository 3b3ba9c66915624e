// Markdown of our own documentation as blocks: what those pages use, and nothing that could be code.
export type Inline = { kind: "text" | "code" | "strong" | "em"; text: string } | { kind: "link"; text: string; target: string };

export type Block =
  | { kind: "head"; level: number; inline: Inline[] }
  | { kind: "text" | "quote"; inline: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] };

const INLINE = /!\[[^\]]*\]\([^)]*\)|`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
const ITEM = /^\s{0,6}(?:[-*]|(\d+)\.)\s+(.*)$/;

export function inlines(text: string): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const hit of text.matchAll(INLINE)) {
    if (hit.index > at) found.push({ kind: "text", text: text.slice(at, hit.index) });
    at = hit.index + hit[0].length;
    const [, code, strong, em, words, target] = hit;
    if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", text: strong });
    else if (em !== undefined) found.push({ kind: "em", text: em });
    else if (words !== undefined) found.push({ kind: "link", text: words.replace(/`/g, ""), target: target ?? "" });
  }
  if (at < text.length) found.push({ kind: "text", text: text.slice(at) });
  return found;
}

function cells(row: string): Inline[][] {
  const inner = row.trim().replace(/^\||\|$/g, "");
  return inner.split(/(?<!\\)\|/).map((cell) => inlines(cell.trim().replace(/\\\|/g, "|")));
}

export function blocks(source: string): Block[] {
  const lines = source.replace(/<!--[\s\S]*?-->/g, "").split(/\r?\n/);
  const found: Block[] = [];
  let text: string[] = [];
  const flush = (): void => {
    const inline = inlines(text.join(" ").trim());
    if (inline.length) found.push({ kind: "text", inline });
    text = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    const head = /^(#{1,4})\s+(.*)$/.exec(line);
    const item = ITEM.exec(line);
    if (/^\s*(```|~~~)/.test(line)) {
      flush();
      const code: string[] = [];
      for (at += 1; at < lines.length && !/^\s*(```|~~~)/.test(lines[at] as string); at += 1) code.push(lines[at] as string);
      found.push({ kind: "code", text: code.join("\n") });
    } else if (/^ {4}\S/.test(line) && !text.length) {
      const code: string[] = [];
      for (; at < lines.length && /^( {4}|\s*$)/.test(lines[at] as string); at += 1) code.push((lines[at] as string).slice(4));
      at -= 1;
      found.push({ kind: "code", text: code.join("\n").trimEnd() });
    } else if (head) {
      flush();
      found.push({ kind: "head", level: (head[1] as string).length, inline: inlines(head[2] as string) });
    } else if (/^\s*\|/.test(line) && /^\s*\|[\s:|-]+\|?\s*$/.test(lines[at + 1] ?? "")) {
      flush();
      const rows: Inline[][][] = [];
      const first = cells(line);
      for (at += 2; at < lines.length && /^\s*\|/.test(lines[at] as string); at += 1) rows.push(cells(lines[at] as string));
      at -= 1;
      found.push({ kind: "table", head: first, rows });
    } else if (item && !text.length) {
      const items: string[] = [];
      let next = at;
      for (; next < lines.length; next += 1) {
        const more = ITEM.exec(lines[next] as string);
        if (more) items.push(more[2] as string);
        else if (/^\s+\S/.test(lines[next] as string)) items[items.length - 1] += ` ${(lines[next] as string).trim()}`;
        else break;
      }
      at = next - 1;
      found.push({ kind: "list", ordered: item[1] !== undefined, items: items.map(inlines) });
    } else if (line.startsWith(">")) {
      flush();
      const quote: string[] = [];
      for (; at < lines.length && (lines[at] as string).startsWith(">"); at += 1) quote.push((lines[at] as string).replace(/^>\s?/, ""));
      at -= 1;
      found.push({ kind: "quote", inline: inlines(quote.join(" ")) });
    } else if (!line.trim()) flush();
    else text.push(line.trim());
  }
  flush();
  return found;
}
