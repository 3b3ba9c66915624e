// The frame of every page: top bar, navigation, what is wrong with the connection, the page itself.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { link, startup } from "./backend/current";
import { PAGES } from "./pages";
import { href, route } from "./state/router";
import { adopt, journey } from "./state/journey";
import { jobRows, restarted } from "./state/server";
import { talk } from "./state/console";
import { dark, theme } from "./state/theme";
import { t } from "./text/t";
import { Icon } from "./ui/icons";
import { Box, Button } from "./ui/parts";
import { StartupBanner } from "./ui/startup";
import { go } from "./state/router";

import MARK from "./mark.svg";

export function Shell(): JSX.Element {
  const name = route.value[0] ?? "";
  const page = PAGES.find((one) => one.path === name) ?? PAGES[0];
  const Page = (page as (typeof PAGES)[number]).component;
  return (
    <>
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById("content")?.focus(); }}>{t("To the content")}</a>
      <TopBar current={page?.path ?? ""} />
      <StartupBanner />
      {!startup.value && <Connection />}
      {link.value === "refused" ? <NoEntry /> : <main id="content" tabIndex={-1}><Page /></main>}
    </>
  );
}

function TopBar({ current }: { current: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <header class="top">
      <div class="top-in">
        <a class="brand" href={href()} aria-label={t("Plugsmith, to the start")}>
          <img src={MARK} alt="" /> Plugsmith
        </a>
        <button class="button slim menu-button" aria-expanded={open} aria-controls="nav" onClick={() => setOpen(!open)}>
          <Icon name="menu" /> {t("Menu")}
        </button>
        <nav id="nav" class={`nav ${open ? "open" : ""}`} aria-label={t("Pages")}>
          {PAGES.filter((page) => page.title).map((page) => (
            <a href={href(...(page.path ? [page.path] : []))} aria-current={page.path === current ? "page" : undefined} onClick={() => setOpen(false)}>
              {t(page.title)}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </div>
    </header>
  );
}

function ThemeButton(): JSX.Element {
  const words = dark.value ? t("Light theme") : t("Dark theme");
  return (
    <button class="button plain slim" aria-label={words} title={words} onClick={() => { theme.value = dark.value ? "light" : "dark"; }}>
      <Icon name={dark.value ? "sun" : "moon"} />
    </button>
  );
}

function Connection(): JSX.Element | null {
  if (link.value === "gone")
    return (
      <div class="banner">
        <Box kind="warn" word={t("The server does not answer")} alert>
          <p>{t("Nothing is lost on this page. It looks for the server again and again. If the terminal with plugsmith ui was closed, start it once more and open the address that it shows.")}</p>
        </Box>
      </div>
    );
  if (restarted.value)
    return (
      <div class="banner">
        <Box kind="note" word={t("The server was started anew")}>
          <div class="spread">
            <p>{t("Jobs from before have ended. A write that was cut goes on when you start it again: what is on the chip already is not written twice.")}</p>
            <Button kind="slim" onClick={() => { restarted.value = false; }}>{t("All right")}</Button>
          </div>
        </Box>
      </div>
    );
  return <Elsewhere />;
}

/** A job that another tab began: offer to watch it here. */
function Elsewhere(): JSX.Element | null {
  const mine = new Set(Object.values(journey.value.jobs));
  const other = jobRows.value.find(
    (row) => row.port && (row.state === "running" || row.state === "asking") && !mine.has(row.id) && row.port !== journey.value.port && row.id !== talk.view.value?.id,
  );
  if (!other) return null;
  return (
    <div class="banner">
      <Box kind="note" word={t("A job is running")}>
        <div class="spread">
          <p>{t("{verb} on {port} was begun in another tab, or before this one was closed.", { verb: other.verb, port: other.port ?? "" })}</p>
          <Button
            kind="slim"
            onClick={() => {
              if (other.verb === "console") return go("console");
              adopt(other.port as string, jobRows.value);
              go("free");
            }}
          >
            {t("Watch it here")}
          </Button>
        </div>
      </Box>
    </div>
  );
}

function NoEntry(): JSX.Element {
  return (
    <main id="content" class="page page-narrow stack" tabIndex={-1}>
      <h1>{t("This address has no key")}</h1>
      <p>{t("The page only talks to the server when it was opened with the address that plugsmith ui printed: it ends with #token= and a long word, which keeps other pages and people out.")}</p>
      <Box kind="note" word={t("What to do")}>
        <p>{t("Go to the terminal where plugsmith ui runs, and open the address that stands there. If the server was started anew, it has a new key.")}</p>
      </Box>
    </main>
  );
}
