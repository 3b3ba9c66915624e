// What a device prints, live, and commands to it. The same verb as `plugsmith console`.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Gone, Refused, type ErrorLine, type PortInfo } from "../backend/backend";
import { backend, link, startup } from "../backend/current";
import { deviceLines, LOG_NAME, talk, type DeviceLine } from "../state/console";
import { journey } from "../state/journey";
import { jobRows, ports, practiceChips, refreshPorts, refreshPractice } from "../state/server";
import { t } from "../text/t";
import { useEvery } from "../ui/hooks";
import { Icon } from "../ui/icons";
import { Box, Button, ErrorCard, Field, Head, Sentence, saveBlob } from "../ui/parts";
import { ChooseAdapter } from "../ui/startup";

const RATES = [115200, 921600, 460800, 230400, 74880, 57600, 38400, 9600];

export function ConsolePage(): JSX.Element {
  const [port, setPort] = useState(journey.value.logPort ?? "");
  const [baud, setBaud] = useState("");
  useEvery(2000, async () => {
    await refreshPorts();
    await refreshPractice();
  });
  useEffect(() => {
    talk.enter();
    return () => talk.leave();
  }, []);
  useEffect(() => talk.again(jobRows.value), [jobRows.value]);
  const start = (): void => {
    void talk.run("console", { port, output: LOG_NAME, ...(baud ? { baud: Number(baud) } : {}) });
  };
  return (
    <div class="page page-narrow stack">
      <Head focusKey="console" title={t("Console")} lead={t("What a device prints, line by line, and commands to it. Passwords and keys are masked, in the file too. Nothing is written to its flash.")} />
      {!talk.busy && (
        <section class="card stack" data-part="console-port">
          <ChooseAdapter />
          <PortSelect port={port} onChange={setPort} />
          <div class="field">
            <label for="console-baud">{t("Speed")}</label>
            <select id="console-baud" class="input" value={baud} onChange={(event) => setBaud(event.currentTarget.value)}>
              <option value="">{t("115200; others if that gives no text")}</option>
              {RATES.map((rate) => <option value={String(rate)}>{rate}</option>)}
            </select>
          </div>
          <p class="quiet small">{t("The start is printed on the pad TX2; a running OpenBeken takes commands on TX1 and RX1. Connect GND first.")}</p>
          <div class="row"><Button kind="primary" disabled={!port} onClick={start}>{t("Listen")}</Button></div>
        </section>
      )}
      {talk.error && <ErrorCard error={talk.error} />}
      {talk.view.value && <Talk />}
    </div>
  );
}

function PortSelect(props: { port: string; onChange: (port: string) => void }): JSX.Element {
  const { port, onChange } = props;
  const list: PortInfo[] = (ports.value ?? []).filter((one) => !one.practice);
  const logs = practiceChips.value.filter((chip) => chip.log_port);
  const names = [...list.map((one) => one.device), ...logs.map((chip) => chip.log_port as string)];
  useEffect(() => {
    if (!port && names.length === 1) onChange(names[0] as string);
  }, [names.join()]);
  const elsewhere = !!port && !names.includes(port);
  return (
    <>
      <div class="field">
        <label for="console-port">{t("Adapter")}</label>
        <select id="console-port" class="input" value={elsewhere ? "" : port} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{t("none")}</option>
          {list.map((one) => <option value={one.device}>{`${one.product || one.maker || t("Serial port")}, ${one.device}`}</option>)}
          {logs.map((chip) => <option value={chip.log_port as string}>{t("Practice: {name}, TX2", { name: chip.label })}</option>)}
        </select>
      </div>
      {!startup.value && <Field label={t("Or its address in the network")} value={elsewhere ? port : ""} placeholder="socket://192.168.1.50:3334" onInput={(value) => onChange(value.trim())} />}
    </>
  );
}

function Talk(): JSX.Element {
  const lines = deviceLines();
  const view = talk.view.value;
  const said = view?.notes.filter((note) => note.kind === "log" || note.kind === "warning").slice(-2) ?? [];
  const result = talk.result;
  return (
    <section class="card stack" data-part="console">
      <div class="spread">
        <h2>{talk.busy ? t("It listens") : t("It has stopped")}</h2>
        <div class="row no-print">
          <SaveLog empty={!lines.length} />
          {talk.busy && <Button kind="slim danger" onClick={() => talk.cancel()}>{t("Stop")}</Button>}
        </div>
      </div>
      {said.map((note) => <p class="small quiet" key={note.number}><Sentence text={note.text} /> {note.hint}</p>)}
      <Lines lines={lines} />
      {talk.busy && <Command />}
      {result && (
        <p data-result="console">
          {t("{lines} {lines:line|lines} in {seconds} s at {baud} baud.", { lines: result.lines, seconds: result.seconds.toFixed(0), baud: result.baud })}{" "}
          {result.booted === true && t("The text ends with the start of {name}.", { name: result.firmware ?? t("a firmware") })}
          {result.booted === false && t("It is a boot loop: the device starts again and again.")}
        </p>
      )}
    </section>
  );
}

/** The newest line is in sight, unless somebody scrolled up to read. */
function Lines({ lines }: { lines: DeviceLine[] }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const last = lines[lines.length - 1]?.number;
  useEffect(() => {
    if (ref.current && follows.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, [last]);
  if (!lines.length) return <p class="quiet" role="status">{t("Nothing was heard yet. Reset the device, or type a command.")}</p>;
  return (
    <div
      class="log device-log"
      role="log"
      aria-label={t("What the device prints")}
      tabIndex={0}
      ref={ref}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        follows.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      <ol class="plain-list">
        {lines.map((line) => (
          <li key={line.number} class={line.typed ? "typed" : ""}>
            <time>{line.time}</time>
            <span>{line.text}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Command(): JSX.Element {
  const [text, setText] = useState("");
  const [refusal, setRefusal] = useState<ErrorLine | null>(null);
  const past = useRef<string[]>([]);
  const at = useRef(0);
  const send = async (): Promise<void> => {
    const id = talk.view.value?.id;
    if (!id || !text) return;
    try {
      await backend().type(id, text);
      past.current.push(text);
      at.current = past.current.length;
      setText("");
      setRefusal(null);
    } catch (problem) {
      if (problem instanceof Refused) setRefusal(problem.line);
      else if (problem instanceof Gone) link.value = "gone";
      else throw problem;
    }
  };
  const recall = (step: number): void => {
    at.current = Math.min(past.current.length, Math.max(0, at.current + step));
    setText(past.current[at.current] ?? "");
  };
  return (
    <form class="stack-s no-print" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <label class="label" for="console-line">{t("Command to the device")}</label>
      <div class="command-row">
        <input
          id="console-line"
          class="input"
          value={text}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
            event.preventDefault();
            recall(event.key === "ArrowUp" ? -1 : 1);
          }}
        />
        <Button type="submit" disabled={!text}>{t("Send")}</Button>
      </div>
      {refusal && <ErrorCard error={refusal} />}
    </form>
  );
}

/** The file of the job holds every line; this page shows the last ones. */
function SaveLog({ empty }: { empty: boolean }): JSX.Element {
  const [missing, setMissing] = useState(false);
  const save = async (): Promise<void> => {
    const id = talk.view.value?.id;
    if (!id) return;
    try {
      saveBlob(await backend().get(`output:${id}/${LOG_NAME}`), LOG_NAME);
      setMissing(false);
    } catch (problem) {
      if (problem instanceof Gone) link.value = "gone";
      else if (problem instanceof Refused) setMissing(true);
      else throw problem;
    }
  };
  return (
    <>
      {missing && <Box kind="warn"><p>{t("The log is no longer there.")}</p></Box>}
      <Button kind="slim" disabled={empty} onClick={() => void save()}><Icon name="down" size={18} /> {t("Save the log")}</Button>
    </>
  );
}
