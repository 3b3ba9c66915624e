// Where everybody begins: what do you have?
import type { JSX } from "preact";
import { startup } from "../backend/current";
import { begin, journey } from "../state/journey";
import { go, href } from "../state/router";
import { t, n } from "../text/t";
import { Head } from "../ui/parts";

interface Way {
  title: string;
  text: string;
  picture: JSX.Element;
  open: () => void;
  elsewhere?: boolean; // needs a server
}

const PROMISE: [string, string][] = [
  [n("Four wires"), n("drawn on your module, and what is wrong with them if nothing answers")],
  [n("A proven backup"), n("every byte compared, before anything is changed")],
  [n("Only what must change"), n("shown as a map first, written, then verified on the chip")],
  [n("The way back"), n("a card with the command that brings the original back")],
];

export function Start(): JSX.Element {
  const ways: Way[] = [
    {
      title: t("I have a plug on my desk"),
      text: t("Opened, out of the wall, with a USB serial adapter. Step by step from the first wire to the first watts."),
      picture: <DeskPicture />,
      open: () => {
        begin(false);
        go("free");
      },
    },
    {
      title: t("I want to practise"),
      text: t("The whole job on a simulated plug. No hardware, nothing can break, about three minutes."),
      picture: <PractisePicture />,
      elsewhere: true,
      open: () => {
        begin(true);
        go("free");
      },
    },
    {
      title: t("I have a file"),
      text: t("A dump, a firmware image, a boot log: what it is, which pins it holds, whether it is safe to share."),
      picture: <FilePicture />,
      open: () => go("file"),
    },
    {
      title: t("I have running devices"),
      text: t("Find OpenBeken devices in your network, set them up, update them, make their readings right."),
      picture: <HousePicture />,
      elsewhere: true,
      open: () => go("devices"),
    },
  ];
  const underWay = journey.value.done.length > 0;
  return (
    <div class="page start">
      <div class="page-head">
        <Head focusKey="start" title={t("What do you have?")} />
        <p class="lead">{t("Plugsmith frees Tuya plugs, switches and bulbs on Beken chips from the cloud. It makes a proven backup before it changes anything, and it can put the original back.")}</p>
      </div>
      {underWay && (
        <p class="go-on">
          <a class="button primary" href={href("free")}>{t("Go on where you were")}</a>
        </p>
      )}
      <div class="ways">
        {ways.map((way) => (
          <button type="button" class="way" onClick={way.open} disabled={!!startup.value && !!way.elsewhere}>
            {way.picture}
            <span class="stack-s">
              <strong>{way.title}</strong>
              <span class="quiet">{startup.value && way.elsewhere ? t("Not in the browser alone. Install Plugsmith on a computer (pip install 'plugsmith[ui]'): plugsmith ui opens this same page with it.") : way.text}</span>
            </span>
          </button>
        ))}
      </div>
      <ol class="promise" aria-label={t("What happens to a plug")}>
        {PROMISE.map(([title, text]) => <li><strong>{t(title)}</strong><span class="quiet">{t(text)}</span></li>)}
      </ol>
      <p class="quiet small ground-note">{t("Everything stays on this computer. Nothing is sent anywhere unless you ask for a download.")}</p>
    </div>
  );
}

const art = { fill: "none", "stroke-width": 2.2, "stroke-linecap": "round", "stroke-linejoin": "round" } as const;

function Art({ children }: { children: JSX.Element }): JSX.Element {
  return <svg class="art" viewBox="0 0 120 72" aria-hidden="true" {...art} stroke="currentColor">{children}</svg>;
}

function DeskPicture(): JSX.Element {
  return (
    <Art>
      <g>
        <rect x="8" y="26" width="34" height="24" rx="4" class="soft" />
        <path d="M8 33H2M8 43H2M16 34h10M16 42h6" />
        <path d="M42 32c18 0 14-12 30-12M42 38c14 0 16 0 30 0M42 44c18 0 14 12 30 12" class="acc" />
        <rect x="72" y="10" width="40" height="52" rx="4" class="soft" />
        <path d="M80 18h6v-3h6v3h6v-3h6" /><rect x="82" y="28" width="20" height="20" rx="2" />
      </g>
    </Art>
  );
}

function PractisePicture(): JSX.Element {
  return (
    <Art>
      <g>
        <rect x="22" y="8" width="76" height="46" rx="5" class="soft" />
        <path d="M48 64h24M60 54v10" />
        <path d="M46 18v6M58 18v6" class="acc" /><path d="M40 24h24v6a12 12 0 01-24 0z" class="acc" /><path d="M52 42v6" class="acc" />
        <path d="M74 24l12 7-12 7z" />
      </g>
    </Art>
  );
}

function FilePicture(): JSX.Element {
  return (
    <Art>
      <g>
        <path d="M38 6h30l14 14v46H38z" class="soft" /><path d="M68 6v14h14" />
        <path d="M46 30h8M58 30h8M46 38h8M58 38h16M46 46h28" class="acc" /><path d="M46 54h14" />
      </g>
    </Art>
  );
}

function HousePicture(): JSX.Element {
  return (
    <Art>
      <g>
        <path d="M24 32L60 8l36 24v32H24z" class="soft" />
        <path d="M46 42a20 20 0 0128 0M52 48a12 12 0 0116 0" class="acc" /><circle cx="60" cy="55" r="2" class="acc" />
      </g>
    </Art>
  );
}
