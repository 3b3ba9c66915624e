// One running device: what it is, switch it, set it up, back it up, update it, its pins, readings, log.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { backend } from "../../backend/current";
import { Gone, Refused } from "../../backend/backend";
import { link } from "../../backend/current";
import { roleWords } from "../../journey/template";
import { useAction, type Action } from "../../state/action";
import { href } from "../../state/router";
import type { DeviceChangedDevice, DeviceDeviceInfo, DeviceKeptDevice, DeviceUpdatedDevice, HouseCommandAnswer, HouseLogRead } from "../../schema";
import { t } from "../../text/t";
import { ActionCard, Doing } from "../../ui/doing";
import { Box, Button, ErrorCard, Facts, Field, Head, saveBlob } from "../../ui/parts";
import { PinDoctor } from "./pins";
import { Readings } from "./readings";

export function OneDevice({ host }: { host: string }): JSX.Element {
  const info = useAction<DeviceDeviceInfo>();
  const [web, setWeb] = useState("");
  const secrets = web ? { device_password: web } : undefined;
  const refresh = (): void => void info.run("device info", { host }, secrets);
  useEffect(refresh, [host]);
  const kept = useRef<DeviceDeviceInfo | null>(null); // while it is asked again, the page stays as it is
  if (info.result) kept.current = info.result;
  const facts = kept.current;
  const locked = info.error?.code === "PS-DEVICE-PASSWORD" || /password/i.test(info.error?.message ?? "");
  return (
    <div class="page">
      <div class="page-head">
        <p class="small"><a href={href("devices")}>{t("All devices")}</a></p>
        <Head focusKey={`device-${host}`} title={facts?.name ?? host} lead={facts ? t("OpenBeken {version} on a {chip}, at {host}", { version: facts.version ?? "", chip: facts.chip, host }) : undefined} />
      </div>
      <div class="two">
        <div class="stack">
          {!info.busy && info.error && facts && <Box kind="warn" word={t("It did not answer")}><p>{t("What stands here is what it said before.")}</p></Box>}
          {info.busy && !facts && <p role="status">{t("It is being asked.")}</p>}
          <Doing action={info as Action<unknown>} />
          {locked && (
            <form class="card stack-s" onSubmit={(event) => { event.preventDefault(); refresh(); }}>
              <Field label={t("Web password of the device")} type="password" value={web} onInput={setWeb} hint={t("It stays in this tab and is sent to the device only.")} />
              <div class="row"><Button type="submit">{t("Ask again")}</Button></div>
            </form>
          )}
          {facts && Object.keys(facts.pins).length > 0 && <Switch host={host} secrets={secrets} after={refresh} facts={facts} />}
          <SetUp host={host} secrets={secrets} after={refresh} />
          <Keep host={host} secrets={secrets} />
          <Update host={host} secrets={secrets} after={refresh} />
          <PinDoctor host={host} secrets={secrets} />
          {facts?.meter && <Readings host={host} secrets={secrets} />}
          <Log host={host} secrets={secrets} />
        </div>
        <aside class="stack">{facts && <WhatItIs facts={facts} />}</aside>
      </div>
    </div>
  );
}

export interface Part {
  host: string;
  secrets?: { device_password: string };
  after?: () => void;
}

function WhatItIs({ facts }: { facts: DeviceDeviceInfo }): JSX.Element {
  const pins = Object.entries(facts.pins);
  return (
    <>
      <section class="card stack" data-part="facts">
        <h2>{t("What it is")}</h2>
        <Facts
          rows={[
            [t("Name"), facts.name],
            [t("Chip"), facts.chip],
            [t("Version"), facts.version],
            [t("Address"), facts.mac],
            [t("Signal"), typeof facts.rssi === "number" ? `${facts.rssi} dBm` : null],
            [t("Broker"), facts.mqtt],
            [t("Drivers"), facts.drivers.join(", ")],
          ]}
        />
      </section>
      <section class="card stack">
        <h2>{t("Pins")}</h2>
        {pins.length ? <Facts rows={pins.map(([pin, role]) => [`P${pin}`, roleWords(role)])} /> : <p class="quiet">{t("None are set up yet.")}</p>}
      </section>
    </>
  );
}

function Switch({ host, secrets, after, facts }: Part & { facts: DeviceDeviceInfo }): JSX.Element {
  const work = useAction<HouseCommandAnswer>();
  const send = async (text: string): Promise<void> => {
    await work.run("device command", { host, text }, secrets);
    after?.();
  };
  const power = facts.meter?.power;
  return (
    <ActionCard name="switch" title={t("Switch it")} actions={[work as Action<unknown>]}>
      {power !== null && power !== undefined && <p class="watts num">{power.toFixed(1)} W</p>}
      <div class="big-buttons">
        <Button disabled={work.busy} onClick={() => void send("POWER ON")}>{t("On")}</Button>
        <Button disabled={work.busy} onClick={() => void send("POWER OFF")}>{t("Off")}</Button>
      </div>
    </ActionCard>
  );
}

function SetUp({ host, secrets, after }: Part): JSX.Element {
  const plan = useAction<DeviceChangedDevice>();
  const undo = useAction<DeviceChangedDevice>();
  const [name, setName] = useState("");
  const [broker, setBroker] = useState("");
  const [user, setUser] = useState("");
  const [word, setWord] = useState("");
  const [file, setFile] = useState<{ file: string; name: string } | null>(null);
  const request = (): Record<string, unknown> => ({
    host,
    ...(name.trim() && { name: name.trim() }),
    ...(broker.trim() && { mqtt_host: broker.trim() }),
    ...(broker.trim() && user.trim() && { mqtt_user: user.trim() }),
    ...(file && { template: file.file }),
  });
  const words = (): Record<string, string> => ({ ...secrets, ...(broker.trim() && word && { mqtt_password: word }) });
  const empty = !name.trim() && !broker.trim() && !file;
  const applied = plan.result;
  return (
    <ActionCard name="setup" title={t("Set it up")} lead={t("Pins from a template or a dump, its name, your broker. It is read back afterwards, and can be undone.")} actions={[plan as Action<unknown>, undo as Action<unknown>]}>
      <Field label={t("Name")} value={name} onInput={setName} />
      <TemplateFile chosen={file} onChange={setFile} />
      <Field label={t("MQTT broker")} value={broker} onInput={setBroker} placeholder="192.168.1.2" />
      {broker && (
        <>
          <Field label={t("MQTT user")} value={user} onInput={setUser} />
          <Field label={t("MQTT password")} type="password" value={word} onInput={setWord} autocomplete="new-password" />
        </>
      )}
      <div class="row">
        <Button disabled={empty || plan.busy} onClick={() => void plan.run("device apply", { ...request(), dry_run: true }, words())}>{t("See what would change")}</Button>
        <Button kind="primary" disabled={empty || plan.busy} onClick={() => void plan.run("device apply", request(), words()).then(() => after?.())}>{t("Give it that")}</Button>
        <Button kind="plain" disabled={undo.busy} onClick={() => void undo.run("device undo", { host }, secrets).then(() => after?.())}>{t("Undo the latest change")}</Button>
      </div>
      {applied && applied.applied.length > 0 && (
        <Box kind="good"><p>{t("Set and read back: {list}.", { list: applied.applied.join(", ") })}</p></Box>
      )}
      {undo.result && <Box kind="good"><p>{t("It is as it was before.")}</p></Box>}
    </ActionCard>
  );
}

/** A file as a template: put onto the server when it is chosen. */
export function TemplateFile(props: { chosen: { name: string } | null; onChange: (file: { file: string; name: string } | null) => void }): JSX.Element {
  const put = async (file: File | undefined): Promise<void> => {
    if (!file) return props.onChange(null);
    try {
      props.onChange({ file: (await backend().put(file.name, file)).file, name: file.name });
    } catch (problem) {
      if (problem instanceof Gone) link.value = "gone";
      else if (!(problem instanceof Refused)) throw problem;
      props.onChange(null);
    }
  };
  return (
    <div class="field">
      <label class="button slim file-button">
        {props.chosen ? t("Template: {name}", { name: props.chosen.name }) : t("Choose a template or a dump")}
        <input class="hidden-text" type="file" onChange={(event) => void put(event.currentTarget.files?.[0])} />
      </label>
    </div>
  );
}

function Keep({ host, secrets }: Part): JSX.Element {
  const work = useAction<DeviceKeptDevice>();
  const files = work.result ? Object.keys(work.result.files) : [];
  return (
    <ActionCard name="keep" title={t("Back it up")} lead={t("Its settings, its files and its whole flash, into your library. Takes about a minute.")} actions={[work as Action<unknown>]}>
      <div class="row"><Button disabled={work.busy} onClick={() => void work.run("device backup", { host }, secrets)}>{t("Back it up now")}</Button></div>
      {work.result && <Box kind="good"><p>{t("Stored: {list}.", { list: files.join(", ") })}</p></Box>}
    </ActionCard>
  );
}

function Update({ host, secrets, after }: Part): JSX.Element {
  const work = useAction<DeviceUpdatedDevice>();
  const [file, setFile] = useState<{ file: string; name: string } | null>(null);
  const put = async (chosen: File | undefined): Promise<void> => {
    if (chosen) setFile({ file: (await backend().put(chosen.name, chosen)).file, name: chosen.name });
  };
  const request = (dry: boolean): Record<string, unknown> => ({ host, ...(file && { file: [file.file] }), ...(dry && { dry_run: true }) });
  return (
    <ActionCard name="update" title={t("Update its firmware")} lead={t("The file must fit its chip and build; that is checked before anything is sent, and the version is read afterwards.")} actions={[work as Action<unknown>]}>
      <div class="field">
        <label class="button slim file-button">
          {file ? t("File: {name}", { name: file.name }) : t("Choose an update (.rbl)")}
          <input class="hidden-text" type="file" onChange={(event) => void put(event.currentTarget.files?.[0])} />
        </label>
        <span class="hint">{t("Left out: the newest release that was downloaded.")}</span>
      </div>
      <div class="row">
        <Button disabled={work.busy} onClick={() => void work.run("device ota", request(true), secrets)}>{t("Check only")}</Button>
        <Button disabled={work.busy} onClick={() => void work.run("device ota", request(false), secrets).then(() => after?.())}>{t("Update it")}</Button>
      </div>
      {work.result && <Facts rows={Object.entries(work.result).filter(([, value]) => typeof value !== "object").map(([key, value]) => [key.replace(/_/g, " "), String(value)])} />}
    </ActionCard>
  );
}

function Log({ host, secrets }: Part): JSX.Element {
  const work = useAction<HouseLogRead>();
  const ref = useRef<HTMLPreElement>(null);
  const lines = work.view.value?.notes.filter((note) => note.kind === "log").map((note) => note.text) ?? [];
  useEffect(() => {
    if (work.busy && ref.current) ref.current.scrollTop = ref.current.scrollHeight; // follows while it talks
  }, [lines.length]);
  const stopped = work.error?.exit === 130;
  return (
    <section class="card stack" data-part="log">
      <h2>{t("Its log")}</h2>
      <p class="quiet">{t("What the device says, secrets masked.")}</p>
      <div class="row">
        {work.busy ? (
          <Button kind="danger" onClick={() => work.cancel()}>{t("Stop")}</Button>
        ) : (
          <>
            <Button onClick={() => void work.run("device logs", { host }, secrets)}>{t("Read the log")}</Button>
            <Button onClick={() => void work.run("device logs", { host, follow: true }, secrets)}>{t("Follow it")}</Button>
          </>
        )}
        {work.busy && <span role="status">{t("It is listened to.")}</span>}
        {lines.length > 0 && <Button kind="slim" onClick={() => saveBlob(new Blob([lines.join("\n") + "\n"], { type: "text/plain" }), "device-log.txt")}>{t("Save")}</Button>}
      </div>
      {lines.length > 0 && <pre ref={ref} class="preview device-log" tabIndex={0} role="log" aria-label={t("Log of the device")}>{lines.join("\n")}</pre>}
      {(work.result || stopped) && !lines.length && <p class="quiet">{t("It has said nothing.")}</p>}
      {!work.busy && work.error && !stopped && <ErrorCard error={work.error} />}
    </section>
  );
}
