// Whether there is room for a second column.
import { signal } from "@preact/signals";

export const narrow = signal(false);

export function startScreen(): void {
  const query = matchMedia("(max-width: 1099px)");
  narrow.value = query.matches;
  query.addEventListener("change", (event) => {
    narrow.value = event.matches;
  });
}
