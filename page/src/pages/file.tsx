// A file: drop anything, and see what it is.
import type { JSX } from "preact";
import { Head } from "../ui/parts";
import { t } from "../text/t";

export function FilePage(): JSX.Element {
  return <div class="page"><Head focusKey="file" title={t("A file")} /></div>;
}
