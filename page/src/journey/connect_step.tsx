// Choose the adapter, then listen until the chip answers: what is heard, the likely cause, the next thing.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PortInfo } from "../backend/backend";
import type { WireDoctorResult } from "../schema";
import { startup } from "../backend/current";
import { ChooseAdapter } from "../ui/startup";
import { change, finish, jobView, journey, setJob } from "../state/journey";
import { ended } from "../state/jobs";
import { href } from "../state/router";
import { ports, refreshPorts } from "../state/server";
import { t, n } from "../text/t";
import { useEvery } from "../ui/hooks";
import { Box, Button, ErrorCard, Field, Sentence } from "../ui/parts";
import { RESETS, ResetPicture, waitingForReset } from "../ui/progress";
import { WiresPicture } from "../ui/wires";
import { troubleHeard } from "../model/trouble";
import { Step, doctorOpen } from "./frame";
import { cancelJob, refusals, startJob } from "./actions";
import { lineOf } from "../ui/line";

const TURN_S = 20; // one turn of listening; then the verdict is said anew, and it listens on

export function ConnectStep(): JSX.Element {
  const { port, practice } = journey.value;
  const info = jobView("info");
  const doctor = jobView("doctor");
  const [listening, setListening] = useState(false);
  const wanted = useRef(false);
  const examining = !!doctor && !ended(doctor);
  const running = !!info && !ended(info);
  useEvery(2000, refreshPorts);

  const listen = async (): Promise<void> => {
    if (wanted.current) return;
    wanted.current = true;
    setListening(true);
    while (wanted.current) {
      setJob("doctor", undefined);
      const view = await startJob("info", "info", { port: journey.value.port, link_timeout: TURN_S });
      if (!view) break;
      if (view.result) {
        finish("connect", "identity");
        break;
      }
      if (view.error?.code !== "PS-LINK-TIMEOUT") break;
    }
    wanted.current = false;
    setListening(false);
  };
  const stop = (): void => {
    wanted.current = false;
    setListening(false);
    cancelJob("info");
  };
  const examine = async (): Promise<void> => {
    wanted.current = false;
    setListening(false);
    cancelJob("info");
    for (let tries = 0; tries < 20; tries += 1) {
      const view = await startJob("doctor", "doctor", { port: journey.value.port, module: journey.value.module || null, link_timeout: 8 });
      if (view || refusals.value.doctor?.code !== "PS-UI-PORT-BUSY") return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  useEffect(() => {
    // After a reload: a search that still runs goes on here.
    if (running && !wanted.current) {
      wanted.current = true;
      setListening(true);
      void (async () => {
        while (running && !ended(jobView("info"))) await new Promise((resolve) => setTimeout(resolve, 150));
        wanted.current = false;
        const view = jobView("info");
        if (view?.result) finish("connect", "identity");
        else if (view?.error?.code === "PS-LINK-TIMEOUT") void listen();
        else setListening(false);
      })();
    }
    if (doctorOpen.value) {
      doctorOpen.value = false;
      if (port) void examine();
    }
    return () => {
      wanted.current = false;
    };
  }, []);

  const failed = info?.error && info.error.code !== "PS-LINK-TIMEOUT" && info.error.exit !== 130 ? info.error : null;
  const refused = refusals.value.info ?? refusals.value.doctor ?? null;
  const heard = lineOf(info);
  const verdict = info?.error?.code === "PS-LINK-TIMEOUT" ? info.error : null;
  const told = !!info?.heard || !!verdict; // nothing is called wrong before it was listened for a while
  return (
    <Step
      name="connect"
      title={t("Say hello to the chip")}
      lead={t("Choose your adapter. Then the page listens, and you reset the chip once.")}
      views={[info, doctor]}
      primary={
        listening || running
          ? { words: t("Stop listening"), stops: true, act: stop }
          : { words: t("Listen for the chip"), act: () => void listen(), disabled: !port || examining }
      }
      secondary={<Button disabled={!port || examining} onClick={() => void examine()}>{t("Something is wrong")}</Button>}
    >
      {!practice && <PortChoice disabled={listening || running || examining} />}
      {(listening || running) && (
        <div class="card stack" aria-live="polite" data-heard={heard.heard}>
          <WiresPicture trouble={told ? troubleHeard(heard.heard) : null} heard={heard.heard} />
          <div class="waiting">
          <ResetPicture />
          <div class="stack-s">
            <h2>{waitingForReset(info) ? t("Now reset the chip") : info?.heard === "chip" ? t("It answers") : t("One moment: the port is opened")}</h2>
            <p>{t("Touch the pad CEN with GND for half a second and let go. Or switch the 3.3 V supply off and on.")}</p>
            <p><strong>{t("Heard:")}</strong> {heard.words}</p>
            {(info?.heardHint || verdict?.hint) && <p class="quiet"><Sentence text={info?.heardHint || verdict?.hint || ""} /></p>}
            <p class="quiet small">{t(RESETS)}</p>
          </div>
          </div>
        </div>
      )}
      {!listening && !running && !verdict && !doctor && !failed && <div class="card"><WiresPicture trouble={null} /></div>}
      {!listening && !running && verdict && !doctor && <ErrorCard error={verdict} title={t("The chip does not answer")} />}
      {refused && <ErrorCard error={refused} />}
      {failed && !listening && <ErrorCard error={failed} />}
      {examining && (
        <div class="card" aria-live="polite">
          <p><strong>{t("The wires are being examined.")}</strong></p>
          <p class="quiet">{t("It listens, speaks, and listens again, at several speeds. Reset the chip once while it does. About 20 seconds.")}</p>
        </div>
      )}
      {doctor?.result ? <Diagnosis result={doctor.result as WireDoctorResult} /> : null}
      {doctor?.error && doctor.error.exit !== 130 && <ErrorCard error={doctor.error} />}
    </Step>
  );
}

function PortChoice({ disabled }: { disabled: boolean }): JSX.Element {
  const list = ports.value?.filter((one) => !one.practice) ?? null;
  const chosen = journey.value.port;
  useEffect(() => {
    const picked = list?.find((one) => one.picked) ?? (list?.length === 1 ? list[0] : undefined);
    if (!chosen && picked) change({ port: picked.device });
  }, [list?.map((one) => one.device).join()]);
  return (
    <>
    <ChooseAdapter />
    {list && !list.length && !startup.value ? (
      <Box kind="note" word={t("No adapter is seen")}>
        <p>{t("Plug the USB serial adapter into this computer; it appears here by itself. If it does not: try another cable, since many only charge, and another USB port.")}</p>
      </Box>
    ) : null}
    <div class="choices" role="radiogroup" aria-label={t("Adapters")}>
      {(list ?? []).map((one) => (
        <button
          type="button"
          class="choice"
          role="radio"
          aria-checked={chosen === one.device}
          disabled={disabled}
          onClick={() => change({ port: one.device })}
        >
          <strong>{nameOf(one)}</strong>
          <span class="quiet small">{one.device}</span>
          {one.in_use_by && <span class="chip warn">{t("in use by {who}", { who: one.in_use_by })}</span>}
          {one.job && <span class="chip accent">{t("a job of this page uses it")}</span>}
        </button>
      ))}
    </div>
    {!startup.value && <details class="fold" open={!!chosen && !!list && !list.some((one) => one.device === chosen)}>
      <summary>{t("My adapter is somewhere else in the network")}</summary>
      <div class="fold-in">
        <Field
          label={t("Its address")}
          value={chosen && list?.some((one) => one.device === chosen) ? "" : (chosen ?? "")}
          placeholder="socket://192.168.1.50:3333"
          hint={t("socket://host:port or rfc2217://host:port, as ser2net and ESP-Link serve it.")}
          onInput={(value) => change({ port: value.trim() || null })}
        />
      </div>
    </details>}
    <LogPort disabled={disabled} ports={list ?? []} />
    </>
  );
}

/** Where its start can be seen: a second adapter whose RX hears the log pad TX2. */
function LogPort({ disabled, ports: list }: { disabled: boolean; ports: PortInfo[] }): JSX.Element {
  const { port, logPort } = journey.value;
  const others = list.filter((one) => one.device !== port);
  const elsewhere = !!logPort && !others.some((one) => one.device === logPort);
  return (
    <details class="fold" open={!!logPort}>
      <summary>{t("A second adapter, to see that it starts (optional)")}</summary>
      <div class="fold-in">
        <p>{t("After the write the chip prints on its pad TX2 that it starts. Connect RX of a second adapter there, and GND to GND, and the page can say “it starts” before the device is closed. Without it the network tells.")}</p>
        <div class="field">
          <label for="log-port">{t("Adapter on TX2")}</label>
          <select id="log-port" class="input" disabled={disabled} value={logPort ?? ""} onChange={(event) => change({ logPort: event.currentTarget.value || null })}>
            <option value="">{t("none")}</option>
            {others.map((one) => <option value={one.device}>{`${nameOf(one)}, ${one.device}`}</option>)}
            {elsewhere && <option value={logPort}>{logPort}</option>}
          </select>
        </div>
        <Field label={t("Or its address in the network")} value={elsewhere ? (logPort ?? "") : ""} placeholder="socket://192.168.1.50:3334" onInput={(value) => change({ logPort: value.trim() || null })} />
        <p><a href={href("console")}>{t("See what it prints: the console")}</a></p>
      </div>
    </details>
  );
}

function nameOf(port: PortInfo): string {
  return port.product || port.maker || port.label || t("Serial port");
}

const LIKELY: Record<string, string> = { likely: n("most likely"), possible: n("possible"), unlikely: n("less likely") };

export function Diagnosis({ result }: { result: WireDoctorResult }): JSX.Element {
  const good = result.heard === "chip" || result.heard === "openbeken-console";
  return (
    <div class="stack" data-heard={result.heard} data-diagnosis="">
      <Box kind={good ? "good" : "warn"} word={t("What the wire doctor found")}>
        <p><strong>{result.text}</strong></p>
        <WiresPicture trouble={good ? null : troubleHeard(result.heard)} heard={result.heard} />
        <p>{result.detail}</p>
      </Box>
      <ol class="causes">
        {result.causes.map((cause) => (
          <li>
            <p><strong>{cause.cause}</strong> <span class="chip">{t(LIKELY[cause.likelihood] ?? cause.likelihood)}</span></p>
            <p>{good ? t("Choose “Listen for the chip”, and reset it once more.") : <Sentence text={cause.next_step} />}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
