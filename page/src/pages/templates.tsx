// The catalogue of devices: search, look at one with its module, take it along.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { moduleNamed } from "../model/modules";
import { roleWords } from "../journey/template";
import type { CatalogueEntryResult, CatalogueExportResult, CatalogueSearchResult } from "../schema";
import { useAction, type Action } from "../state/action";
import { href, route } from "../state/router";
import { t } from "../text/t";
import { ActionCard, Doing } from "../ui/doing";
import { ModulePicture } from "../ui/module";
import { ModuleMini } from "../ui/module_mini";
import { Box, Button, Facts, Field, Head, saveBlob } from "../ui/parts";

export function Templates(): JSX.Element {
  const id = route.value[1];
  return id ? <Entry key={id} id={id} /> : <Search />;
}

function Search(): JSX.Element {
  const found = useAction<CatalogueSearchResult>();
  const [words, setWords] = useState("");
  const look = (): void => void found.run("template search", { words: words.trim() ? words.trim().split(/\s+/) : [], limit: 40 });
  useEffect(look, []);
  const hits = found.result?.hits ?? [];
  return (
    <div class="page">
      <div class="page-head">
        <Head focusKey="templates" title={t("Templates")} lead={t("Known devices: which pin does what on each. Looking like one is no proof; compare the pins.")} />
      </div>
      <div class="stack">
        <form class="card stack-s" onSubmit={(event) => { event.preventDefault(); look(); }}>
          <Field label={t("Words")} value={words} onInput={setWords} placeholder="WB2S BL0937" hint={t("Vendor, model, chip, module or meter.")} />
          <div class="row"><Button kind="primary" type="submit" disabled={found.busy}>{t("Search")}</Button></div>
        </form>
        <Doing action={found as Action<unknown>} />
        {found.result && !hits.length && <Box kind="note" word={t("Not found")}><p>{t("No known device fits these words.")}</p></Box>}
        <div class="choices">
          {hits.map((hit) => (
            <a class="choice pictured" href={href("templates", hit.id)} key={hit.id}>
              <ModuleMini module={moduleNamed(hit.board)} />
              <strong>{[hit.vendor, hit.name].filter(Boolean).join(" ")}</strong>
              <span class="quiet small">{[hit.chip, hit.board, hit.meter && hit.meter !== "none" ? hit.meter : "", hit.relays ? t("{n} relays", { n: hit.relays }) : ""].filter(Boolean).join(", ")}</span>
            </a>
          ))}
        </div>
        {found.result?.more && <p class="quiet">{t("There are more: add a word.")}</p>}
        <Import after={look} />
      </div>
    </div>
  );
}

function Import({ after }: { after: () => void }): JSX.Element {
  const work = useAction<Record<string, unknown>>();
  const [address, setAddress] = useState("");
  return (
    <ActionCard fold name="import" title={t("Add a list of devices")} actions={[work as Action<unknown>]} lead={t("OpenBeken publishes one. It is downloaded only when you press the button.")}>
      <Field label={t("Address of the list")} value={address} onInput={setAddress} placeholder="https://raw.githubusercontent.com/OpenBekenIOT/webapp/gh-pages/devices.json" />
      <div class="row"><Button disabled={work.busy || !/^https?:\/\//.test(address.trim())} onClick={() => void work.run("template update", { origin: address.trim() }).then((done) => { if (done) after(); })}>{t("Download it")}</Button></div>
      {work.result && <Box kind="good"><p>{t("{n} devices of the list can be used.", { n: String(work.result.usable ?? "") })}</p></Box>}
    </ActionCard>
  );
}

const FORMATS = ["openbeken", "esphome", "tasmota", "homeassistant", "markdown", "text"];

function Entry({ id }: { id: string }): JSX.Element {
  const entry = useAction<CatalogueEntryResult>();
  const out = useAction<CatalogueExportResult>();
  useEffect(() => void entry.run("template show", { identifier: id }), [id]);
  const found = entry.result;
  const pins = (found?.template as { pins?: Record<string, string> } | undefined)?.pins ?? {};
  const module = moduleNamed(found?.board);
  const files = (out.result as unknown as { files?: { name: string; text: string }[] } | null)?.files ?? [];
  return (
    <div class="page">
      <div class="page-head">
        <p class="small"><a href={href("templates")}>{t("All templates")}</a></p>
        <Head focusKey={`template-${id}`} title={found ? [found.vendor, found.name].filter(Boolean).join(" ") : id} />
      </div>
      <div class="two">
        <div class="stack">
          <Doing action={entry as Action<unknown>} />
          {found && (
            <section class="card stack">
              <Facts rows={[[t("Model"), found.model], [t("Chip"), found.chip], [t("Module"), found.board], [t("Meter"), found.meter], [t("From"), found.source]]} />
              {found.rejected && <Box kind="warn"><p>{found.rejected}</p></Box>}
              {found.corrections.map((one) => <Box kind="note" word={t("Put right")}><p>{one.text}</p></Box>)}
            </section>
          )}
          {found && (
            <section class="card stack">
              <h2>{t("Pins")}</h2>
              <Facts rows={Object.entries(pins).map(([pin, role]) => [`P${pin}`, roleWords(String(role))])} />
            </section>
          )}
          {found && (
            <ActionCard name="export" title={t("For other programs")} actions={[out as Action<unknown>]}>
              <div class="row">{FORMATS.map((format) => <Button kind="slim" disabled={out.busy} onClick={() => void out.run("template export", { device: id, to: format })}>{format}</Button>)}</div>
              {files.map((file) => (
                <div class="stack-s">
                  <div class="spread"><strong>{file.name}</strong><Button kind="slim" onClick={() => saveBlob(new Blob([file.text]), file.name)}>{t("Save")}</Button></div>
                  <pre class="preview" tabIndex={0} aria-label={file.name}>{file.text}</pre>
                </div>
              ))}
            </ActionCard>
          )}
        </div>
        <aside class="stack">{module && <div class="card"><ModulePicture module={module} labels={Object.entries(pins).map(([gpio, role]) => ({ gpio: Number(gpio), words: roleWords(String(role)) }))} /></div>}</aside>
      </div>
    </div>
  );
}
