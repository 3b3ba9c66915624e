// A place to drop a file, or to choose one with the keyboard.
import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../text/t";

export function FileDrop(props: {
  title: string;
  hint?: ComponentChildren;
  multiple?: boolean;
  onFiles: (files: File[]) => void;
}): JSX.Element {
  const [over, setOver] = useState(false);
  const id = useId();
  return (
    <div
      class={`drop ${over ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length) props.onFiles(files);
      }}
    >
      <h2>{props.title}</h2>
      {props.hint && <p class="quiet">{props.hint}</p>}
      <label class="button primary" for={id}>{t("Choose a file")}</label>
      <input
        id={id}
        class="hidden-text"
        type="file"
        multiple={props.multiple}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length) props.onFiles(files);
        }}
      />
    </div>
  );
}
