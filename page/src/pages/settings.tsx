// How the page looks and speaks, and where firmware comes from where it can be fetched.
import type { JSX } from "preact";
import { about, reopenMs, startup } from "../backend/current";
import { releases } from "../state/releases";
import { chooseLanguage } from "../state/server";
import { theme, type Theme } from "../state/theme";
import { language, t } from "../text/t";
import { Facts, Field, Head } from "../ui/parts";

const NAMES: Record<string, string> = { en: "English", de: "Deutsch", pl: "Polski" };

export function SettingsPage(): JSX.Element {
  const languages = about.value?.languages ?? ["en"];
  return (
    <div class="page page-narrow stack">
      <Head focusKey="settings" title={t("Settings")} lead={t("They are kept in this browser.")} />
      <section class="card stack">
        <h2>{t("Look and language")}</h2>
        <div class="field">
          <label for="theme">{t("Look")}</label>
          <select id="theme" class="input" value={theme.value} onChange={(event) => { theme.value = event.currentTarget.value as Theme; }}>
            <option value="system">{t("As the system has it")}</option>
            <option value="light">{t("Light")}</option>
            <option value="dark">{t("Dark")}</option>
          </select>
        </div>
        <div class="field">
          <label for="language">{t("Language")}</label>
          <select id="language" class="input" value={language.value} onChange={(event) => chooseLanguage(event.currentTarget.value)}>
            {languages.map((name) => <option value={name} lang={name}>{NAMES[name] ?? name}</option>)}
          </select>
        </div>
      </section>
      {startup.value ? null : <Releases />}
      <section class="card stack">
        <h2>{t("About")}</h2>
        <Facts
          rows={[
            ["Plugsmith", about.value?.version ?? "…"],
            ...(startup.value ? [[t("Build"), startup.value.build.slice(0, 16)], [t("Library"), startup.value.lasting ? t("the browser keeps it until you delete it") : t("the browser may clear it when it runs out of room")], [t("Last change of speed"), reopenMs.value === null ? null : `${reopenMs.value} ms`]] as [string, string | null][] : []),
            [t("Firmware emulator"), startup.value ? null : about.value?.extras.emu ? t("installed") : t("not installed (pip install 'plugsmith[emu]')")],
            [t("Data format"), about.value?.schema ?? ""],
          ]}
        />
      </section>
    </div>
  );
}

function Releases(): JSX.Element {
  const { repo, server, offline } = releases.value;
  const set = (part: Partial<typeof releases.value>): void => {
    releases.value = { ...releases.value, ...part };
  };
  return (
    <section class="card stack">
      <h2>{t("Where firmware comes from")}</h2>
      <p class="quiet">{t("Downloads happen only when you press a button that says so.")}</p>
      <Field label={t("Project")} value={repo} onInput={(value) => set({ repo: value })} placeholder="openshwprojects/OpenBK7231T_App" hint={t("OWNER/NAME, for a fork with its own releases. Left empty: OpenBeken.")} />
      <Field label={t("Server")} value={server} onInput={(value) => set({ server: value })} placeholder="https://api.github.com" hint={t("Another server with the same API. Left empty: GitHub.")} />
      <label class="check">
        <input type="checkbox" checked={offline} onChange={(event) => set({ offline: event.currentTarget.checked })} />
        <span>{t("Only what was downloaded before: no network")}</span>
      </label>
    </section>
  );
}
