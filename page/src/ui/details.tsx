// What a helper in a forum needs: the events with times, and one button that copies them, redacted.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { about } from "../backend/current";
import { redact } from "../model/redact";
import { knownSecrets } from "../state/secrets";
import type { JobView } from "../state/jobs";
import { t } from "../text/t";
import { Icon } from "./icons";
import { Button, copyText } from "./parts";

const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8);

/** The text for a post: what ran, what was heard, how it ended; nothing secret. */
export function postText(views: JobView[]): string {
  const lines: string[] = [`Plugsmith ${about.value?.version ?? ""}`];
  for (const view of views) {
    lines.push("", `== ${view.verb} (${view.state})`);
    for (const note of view.notes) lines.push(`${clock(note.at)} ${note.code ? `[${note.code}] ` : ""}${note.text}`);
    if (view.error) lines.push(`error ${view.error.code} (exit ${view.error.exit}): ${view.error.message}`);
  }
  return redact(lines.join("\n"), knownSecrets());
}

export function DetailsFold({ views }: { views: (JobView | null | undefined)[] }): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  const [open, setOpen] = useState(false);
  const shown = views.filter((view): view is JobView => !!view && view.notes.length > 0);
  if (!shown.length) return null;
  return (
    <details class="fold no-print" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("Details for the curious and for a forum post")}</summary>
      {open && (
        <div class="fold-in">
          {shown.map((view) => (
            <ol class="log" aria-label={t("What happened in {verb}", { verb: view.verb })} tabIndex={0}>
              {view.notes.map((note) => (
                <li key={note.number}>
                  <time>{clock(note.at)}</time>
                  <span>{note.text}</span>
                </li>
              ))}
            </ol>
          ))}
          <div class="row">
            <Button
              onClick={() => {
                void copyText(postText(shown)).then(setCopied);
              }}
            >
              <Icon name="copy" /> {t("Copy for a forum post")}
            </Button>
            <span class="small quiet" aria-live="polite">
              {copied ? t("Copied. Passwords, names of networks and addresses are left out.") : ""}
            </span>
          </div>
        </div>
      )}
    </details>
  );
}
