// How the page looks and speaks.
import type { JSX } from "preact";
import { about } from "../backend/current";
import { chooseLanguage } from "../state/server";
import { theme, type Theme } from "../state/theme";
import { language, t } from "../text/t";
import { Facts, Head } from "../ui/parts";

const NAMES: Record<string, string> = { en: "English", pl: "Polski" };

export function SettingsPage(): JSX.Element {
  const languages = about.value?.languages ?? ["en"];
  return (
    <div class="page page-narrow stack">
      <Head focusKey="settings" title={t("Settings")} lead={t("They are kept in this browser.")} />
      <section class="card stack">
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
          <select id="language" class="input" value={language.value} onChange={(event) => { chooseLanguage(event.currentTarget.value); }}>
            {languages.map((name) => <option value={name}>{NAMES[name] ?? name}</option>)}
          </select>
        </div>
      </section>
      <section class="card stack">
        <h2>{t("About")}</h2>
        <Facts
          rows={[
            [t("Plugsmith"), about.value?.version ?? "…"],
            [t("Firmware emulator"), about.value?.extras.emu ? t("installed") : t("not installed (pip install 'plugsmith[emu]')")],
            [t("Data format"), about.value?.schema ?? ""],
          ]}
        />
      </section>
    </div>
  );
}
