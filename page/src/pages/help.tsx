// Answers for the moments when people stop.
import type { JSX } from "preact";
import { t } from "../text/t";
import { Box, Head } from "../ui/parts";

export function Help(): JSX.Element {
  const rows: [string, string][] = [
    [t("Can I break the plug?"), t("The boot loader that answers the wires is never erased or written, and radio calibration and address are kept. A write that is cut can be begun again over the same wires.")],
    [t("Nothing answers"), t("Nine times out of ten TX and RX are exchanged, GND is missing, or the chip was not reset while the page listened. The wire doctor on the connect step says which of these it looks like.")],
    [t("Which adapter do I need?"), t("A USB serial adapter with 3.3 V signals. The 3.3 V pin of most adapters is too weak to feed the module: use a bench supply or a module that gives 300 mA or more.")],
    [t("I want the original back"), t("Every change leaves an undo card with the backup and the command. The backup is a file in your library; keep a copy of it.")],
    [t("May I share my dump?"), t("Not as it is: it holds the password of your Wi-Fi. The page A file makes a copy that is safe to share, and proves it.")],
    [t("I do not see well, or do not use a mouse"), t("Every step works with the keyboard alone. The focus moves to the head of each step, progress is read out, and nothing is told by colour only.")],
  ];
  return (
    <div class="page page-narrow stack">
      <Head focusKey="help" title={t("Help")} lead={t("Short answers. The long ones are in the documents that come with Plugsmith.")} />
      <Box kind="danger" word={t("Mains kills")}>
        <p>{t("Never work on a board that is connected to mains voltage. Take the device out of the wall before you open it, and feed the module with 3.3 V only.")}</p>
      </Box>
      {rows.map(([question, answer]) => (
        <section class="card stack-s">
          <h2>{question}</h2>
          <p>{answer}</p>
        </section>
      ))}
    </div>
  );
}
