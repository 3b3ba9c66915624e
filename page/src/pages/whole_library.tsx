// The whole library as one file: where the browser keeps it, this is the way to another one.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { backend } from "../backend/current";
import { Refused, type ErrorLine } from "../backend/backend";
import { t } from "../text/t";
import { FileDrop } from "../ui/filedrop";
import { Box, Button, ErrorCard, saveBlob } from "../ui/parts";

const NAME = "plugsmith-library.zip";

export function Whole({ changed }: { changed: () => void }): JSX.Element | null {
  const [said, say] = useState<{ added: number; same: number; differs: string[] } | null>(null);
  const [error, fail] = useState<ErrorLine | null>(null);
  const library = backend().library;
  if (!library) return null;
  const take = async (file: File): Promise<void> => {
    say(null);
    fail(null);
    try {
      say(await library.take(file));
      changed();
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      fail(problem.line);
    }
  };
  return (
    <section class="card stack" data-whole-library>
      <h2>{t("The whole library")}</h2>
      <p class="quiet">{t("All backups, labels and jobs that were cut, in one file. It holds the passwords that are in your dumps: keep it to yourself.")}</p>
      <div class="row"><Button onClick={() => void library.save().then((blob) => saveBlob(blob, NAME))}>{t("Save it as one file")}</Button></div>
      <FileDrop title={t("Put a saved library back")} hint={t("What is here already stays as it is.")} onFiles={(files) => { if (files[0]) void take(files[0]); }} />
      {said && (
        <Box kind={said.differs.length ? "warn" : "good"} word={t("Put back")}>
          <p>{t("{added} files are new here, {same} were here already.", { added: said.added, same: said.same })}</p>
          {said.differs.length > 0 && <p>{t("Left as they are, because the saved ones differ:")} {said.differs.join(", ")}</p>}
        </Box>
      )}
      {error && <ErrorCard error={error} />}
    </section>
  );
}
