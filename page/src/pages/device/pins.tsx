// Which pin does what: one at a time is tried, and you say what you see. Everything is put back.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { backend } from "../../backend/current";
import type { DeviceExaminedPins } from "../../schema";
import { useAction } from "../../state/action";
import { t } from "../../text/t";
import { Box, Button, ErrorCard, saveBlob } from "../../ui/parts";
import { QuestionHere } from "../../ui/question";
import { TemplateFile, type Part } from "./one";

export function PinDoctor({ host, secrets }: Part): JSX.Element {
  const work = useAction<DeviceExaminedPins>();
  const [file, setFile] = useState<{ file: string; name: string } | null>(null);
  const view = work.view.value;
  const found = work.result;
  const begin = (): void => void work.run("device pins", { host, output: "template.json", ...(file && { template: file.file }) }, secrets);
  const save = async (): Promise<void> => {
    if (!found) return;
    const made = found.file ? await backend().get(found.file) : new Blob([JSON.stringify(found.template, null, 2)]);
    saveBlob(made, "template.json");
  };
  const said = view?.notes.filter((note) => note.kind === "log").map((note) => note.text) ?? [];
  return (
    <details class="fold" data-part="pins">
      <summary>{t("Find out what its pins do")}</summary>
      <div class="fold-in stack">
        <p class="quiet">{t("One pin after the other is driven for a moment, and you say what you see. Stop puts every pin back at once.")}</p>
        {!work.busy && (
          <>
            <Box kind="danger" word={t("Mains")}><p>{t("Have the device closed, and nothing plugged into it that must not be switched.")}</p></Box>
            <TemplateFile chosen={file} onChange={setFile} />
            <div class="big-buttons"><Button kind="primary" onClick={begin}>{found ? t("Begin again") : t("Begin")}</Button></div>
          </>
        )}
        {work.busy && (
          <>
            <div class="stop-bar"><Button kind="danger" onClick={() => work.cancel()}>{t("Stop, and put all back")}</Button></div>
            <div aria-live="polite">
              <QuestionHere view={view} />
              {!view?.ask && <p role="status">{t("Watch the device.")}</p>}
            </div>
          </>
        )}
        {said.length > 0 && <ul class="plain-list small">{said.map((text) => <li class="pre">{text}</li>)}</ul>}
        {!work.busy && work.error && (
          work.error.exit === 130
            ? <Box kind="note" word={t("Stopped")}><p>{t("Every pin is as it was before.")}</p></Box>
            : <ErrorCard error={work.error} />
        )}
        {found && (
          <Box kind="good">
            <p>{t("It is done, and every pin is as it was.")}</p>
            <div class="row"><Button onClick={() => void save()}>{t("Save the template")}</Button></div>
          </Box>
        )}
      </div>
    </details>
  );
}
