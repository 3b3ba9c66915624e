// Which pin does what: one at a time is tried, and you say what you see. Everything is put back.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { backend } from "../../backend/current";
import { useAction, type Action } from "../../state/action";
import { t } from "../../text/t";
import { ActionCard } from "../../ui/doing";
import { Box, Button, saveBlob } from "../../ui/parts";
import { TemplateFile, type Part } from "./one";

interface PinsFound {
  template?: Record<string, unknown>;
  file?: string;
  [more: string]: unknown;
}

export function PinDoctor({ host, secrets }: Part): JSX.Element {
  const work = useAction<PinsFound>();
  const [file, setFile] = useState<{ file: string; name: string } | null>(null);
  const begin = (): void => void work.run("device pins", { host, output: "template.json", ...(file && { template: file.file }) }, secrets);
  const found = work.result;
  const save = async (): Promise<void> => {
    if (!found) return;
    const made = typeof found.file === "string" ? await backend().get(found.file) : new Blob([JSON.stringify(found.template ?? found, null, 2)]);
    saveBlob(made, "template.json");
  };
  return (
    <ActionCard
      fold
      name="pins"
      title={t("Find out what its pins do")}
      actions={[work as Action<unknown>]}
      lead={t("One pin after the other is driven for a moment, and you say what you see. Stop puts every pin back at once.")}
    >
      <Box kind="danger" word={t("Mains")}><p>{t("Have the device closed, and nothing plugged into it that must not be switched.")}</p></Box>
      <TemplateFile chosen={file} onChange={setFile} />
      <div class="big-buttons">
        {work.busy ? (
          <Button kind="danger" onClick={() => work.cancel()}>{t("Stop, and put all back")}</Button>
        ) : (
          <Button kind="primary" onClick={begin}>{t("Begin")}</Button>
        )}
      </div>
      {found && (
        <Box kind="good">
          <p>{t("It is done, and every pin is as it was.")}</p>
          <div class="row"><Button onClick={() => void save()}>{t("Save the template")}</Button></div>
        </Box>
      )}
    </ActionCard>
  );
}
