// Server-sent events out of a fetch body; EventSource cannot send the token.

/** Calls `onEvent(id, data)` for each event until the stream ends. */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  onEvent: (id: string, data: string) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser(onEvent);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
  }
}

export class EventParser {
  private rest = "";
  private id = "";
  private data: string[] = [];

  constructor(private readonly onEvent: (id: string, data: string) => void) {}

  feed(text: string): void {
    this.rest += text;
    for (;;) {
      const end = this.rest.search(/\r\n|\n|\r(?!$)/);
      if (end < 0) return;
      const width = this.rest.startsWith("\r\n", end) ? 2 : 1;
      this.line(this.rest.slice(0, end));
      this.rest = this.rest.slice(end + width);
    }
  }

  private line(line: string): void {
    if (line === "") {
      if (this.data.length) this.onEvent(this.id, this.data.join("\n"));
      this.data = [];
      return;
    }
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    if (field === "id") this.id = value;
  }
}
