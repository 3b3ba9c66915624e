// Wi-Fi, MQTT and name go in before the first boot. Passwords stay in this tab's memory.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { change, finish, journey, setJob, type Settings } from "../state/journey";
import { keepSecret, secretOf } from "../state/secrets";
import { t } from "../text/t";
import { Box, Button, Field } from "../ui/parts";
import { Step } from "./frame";
import { practiceChip } from "./hands";

const encoder = new TextEncoder();

export function SettingsStep(): JSX.Element {
  const { settings, practice } = journey.value;
  const [wifi, setWifi] = useState(secretOf("wifi") ?? "");
  const [mqtt, setMqtt] = useState(secretOf("mqtt") ?? "");
  const [shown, setShown] = useState(false);
  const set = (part: Partial<Settings>): void => {
    change({ settings: { ...settings, ...part } });
    setJob("plan", undefined);
  };
  const longSsid = encoder.encode(settings.ssid).length > 32;
  const shortWord = wifi.length > 0 && wifi.length < 8;
  const missing = !!settings.ssid && !wifi && !settings.open;
  const network = practice ? practiceChip()?.wifi : null;
  const next = (): void => {
    keepSecret("wifi", wifi);
    keepSecret("mqtt", mqtt);
    finish("settings", "plan");
  };
  return (
    <Step
      name="settings"
      title={t("How it finds your network")}
      lead={t("With a Wi-Fi name the plug joins by itself after its first start. Without one it opens a network of its own called OpenBK7231…")}
      primary={{ words: t("Next: the plan"), act: next, disabled: longSsid || shortWord || missing }}
    >
      {network && (
        <Box kind="note" word={t("Practice")}>
          <div class="spread">
            <p>{t("Around the simulated plug there is one network: {name}.", { name: network.ssid })}</p>
            <Button kind="slim" onClick={() => { set({ ssid: network.ssid }); setWifi(network.password); keepSecret("wifi", network.password); }}>{t("Fill it in")}</Button>
          </div>
        </Box>
      )}
      <form class="card stack" onSubmit={(event) => event.preventDefault()}>
        <h2>{t("Wi-Fi")}</h2>
        <Field label={t("Name of the network (2.4 GHz)")} value={settings.ssid} onInput={(ssid) => set({ ssid })} wrong={longSsid ? t("A name has at most 32 bytes.") : undefined} />
        <Field
          label={t("Password")}
          type={shown ? "text" : "password"}
          value={wifi}
          onInput={(value) => { setWifi(value); keepSecret("wifi", value); }}
          autocomplete="new-password"
          wrong={shortWord ? t("A Wi-Fi password has at least 8 characters.") : undefined}
          hint={missing ? t("Missing after a reload: it is never stored. Type it again, or leave the network out.") : t("Goes to the plug only; not stored, not logged.")}
        />
        <label class="check"><input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} /><span>{t("Show what I type")}</span></label>
        <label class="check"><input type="checkbox" checked={settings.open} onChange={(event) => set({ open: event.currentTarget.checked })} /><span>{t("The network has no password")}</span></label>
      </form>
      <section class="card stack">
        <h2>{t("Name")}</h2>
        <Field label={t("What the device is called")} value={settings.name} onInput={(name) => set({ name })} placeholder="plug-kitchen" hint={t("Letters, digits, hyphen. It is its name in the network and in MQTT.")} />
      </section>
      <details class="fold" open={!!settings.mqttHost}>
        <summary>{t("MQTT, for Home Assistant and others")}</summary>
        <form class="fold-in stack" onSubmit={(event) => event.preventDefault()}>
          <Field label={t("Broker")} value={settings.mqttHost} onInput={(mqttHost) => set({ mqttHost })} placeholder="192.168.1.10" />
          <Field label={t("User")} value={settings.mqttUser} onInput={(mqttUser) => set({ mqttUser })} />
          <Field label={t("MQTT password")} type="password" value={mqtt} onInput={(value) => { setMqtt(value); keepSecret("mqtt", value); }} autocomplete="new-password" />
        </form>
      </details>
    </Step>
  );
}
