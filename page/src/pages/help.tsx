// Answers for the moments when people stop, and the documentation.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Gone, Refused, type ErrorLine, type HandbookPage } from "../backend/backend";
import { backend, link } from "../backend/current";
import { href, route } from "../state/router";
import { t } from "../text/t";
import { Icon } from "../ui/icons";
import { Markdown } from "../ui/markdown";
import { Box, Button, ErrorCard, Head } from "../ui/parts";

export function Help(): JSX.Element {
  const name = route.value[1];
  return name ? <OnePage key={name} name={name} /> : <Answers />;
}

function Answers(): JSX.Element {
  const rows: [string, string][] = [
    [t("Can I break the plug?"), t("The boot loader that answers the wires is never erased or written, and radio calibration and address are kept. A write that is cut can be begun again over the same wires.")],
    [t("Nothing answers"), t("Nine times out of ten TX and RX are exchanged, GND is missing, or the chip was not reset while the page listened. The wire doctor on the connect step says which of these it looks like.")],
    [t("Which adapter do I need?"), t("A USB serial adapter with 3.3 V signals. The 3.3 V pin of most adapters is too weak to feed the module: use a bench supply or a module that gives 300 mA or more.")],
    [t("Why must I reset the chip four times?"), t("The chip listens for a moment after a reset only. Each of four jobs begins with one: to say hello, the backup, the plan and the write. An adapter with a wire from RTS to CEN does it by itself.")],
    [t("I want the original back"), t("Every change leaves an undo card with the backup and the command. The backup is a file in your library; keep a copy of it.")],
    [t("May I share my dump?"), t("Not as it is: it holds the password of your Wi-Fi. The page A file makes a copy that is safe to share, and proves it.")],
    [t("I do not see well, or do not use a mouse"), t("Every step works with the keyboard alone. The focus moves to the head of each step, progress is read out, and nothing is told by colour only.")],
  ];
  return (
    <div class="page page-narrow stack printed">
      <div class="spread">
        <Head focusKey="help" title={t("Help")} lead={t("Short answers first, then the documents that come with Plugsmith.")} />
        <span class="no-print"><Button kind="slim" onClick={() => print()}><Icon name="print" size={18} /> {t("Print")}</Button></span>
      </div>
      <Box kind="danger" word={t("Mains kills")}>
        <p>{t("Never work on a board that is connected to mains voltage. Take the device out of the wall before you open it, and feed the module with 3.3 V only.")}</p>
      </Box>
      <div class="card questions">
        {rows.map(([question, answer]) => (
          <section class="stack-s">
            <h2>{question}</h2>
            <p>{answer}</p>
          </section>
        ))}
      </div>
      <p class="no-print"><a href={href("console")}>{t("See what a device prints: the console")}</a></p>
      <Handbook />
    </div>
  );
}

function Handbook(): JSX.Element | null {
  const [pages, setPages] = useState<HandbookPage[]>([]);
  useEffect(() => {
    backend().handbook().then(setPages, () => setPages([])); // without it the short answers still stand
  }, []);
  if (!pages.length) return null;
  return (
    <section class="stack no-print">
      <h2>{t("Documents")}</h2>
      <p class="quiet">{t("Some are in English only. They lie in the package: nothing is downloaded.")}</p>
      <ul class="documents">
        {pages.map((page) => <li><a href={href("help", page.name)}>{page.title}</a></li>)}
      </ul>
    </section>
  );
}

function OnePage({ name }: { name: string }): JSX.Element {
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<ErrorLine | null>(null);
  useEffect(() => {
    backend().page(name).then(setText, (problem: unknown) => {
      if (problem instanceof Refused) setError(problem.line);
      else if (problem instanceof Gone) link.value = "gone";
      else throw problem;
    });
  }, [name]);
  const title = text?.match(/^# (.*)$/m)?.[1] ?? name;
  return (
    <div class="page page-narrow stack printed">
      <p class="small no-print"><a href={href("help")}>{t("All help")}</a></p>
      <Head focusKey={`help-${name}-${text === null}`} title={title} />
      {error && <ErrorCard error={error} />}
      {text !== null && <div lang="en"><Markdown source={text.replace(/^# .*$/m, "")} /></div>}
    </div>
  );
}
