// Passwords that were typed on this page. They live in memory only and are gone after a reload.
const held = new Map<string, string>();

export function keepSecret(name: string, value: string): void {
  if (value) held.set(name, value);
  else held.delete(name);
}

export function secretOf(name: string): string | undefined {
  return held.get(name);
}

export function knownSecrets(): string[] {
  return [...held.values()];
}
