// What goes into a forum post: nothing that names a network, a person or a single device.
const SECRET_WORDS =
  /((?:pass(?:word|phrase)?|passwd|psk|ssid|token|secret|key|uuid|authkey|local_key|user)["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;}]+)/gi;
const MAC = /\b([0-9a-f]{2}[:-][0-9a-f]{2}[:-][0-9a-f]{2})[:-][0-9a-f]{2}[:-][0-9a-f]{2}[:-][0-9a-f]{2}\b/gi;
const HOME = /(\/(?:home|Users)\/|[A-Z]:\\Users\\)[^/\\\s]+/g;
const ADDRESS = /\b(?!127\.)(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}\b/g;
const NAMED_BY_MAC = /\b(bk72\w+?_)[0-9a-f]{6}(?=[_.\b])/gi;

/** The text without what is secret; `words` are values the page knows to be secret. */
export function redact(text: string, words: readonly string[] = []): string {
  let clean = text;
  for (const word of words) if (word.length > 2) clean = clean.split(word).join("***");
  return clean
    .replace(SECRET_WORDS, "$1***")
    .replace(MAC, "$1:**:**:**")
    .replace(NAMED_BY_MAC, "$1******")
    .replace(HOME, "$1***")
    .replace(ADDRESS, "$1.*.*");
}
