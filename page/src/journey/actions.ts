// What the steps ask the back end for.
import { signal } from "@preact/signals";
import { Gone, Refused, type ErrorLine, type Request, type Secrets } from "../backend/backend";
import { backend, link } from "../backend/current";
import { secretOf } from "../state/secrets";
import { journey, setJob } from "../state/journey";
import { finished, watch, type JobView } from "../state/jobs";
import { templateOf } from "./template";

/** The last refusal of a start, by the name of the job. */
export const refusals = signal<Record<string, ErrorLine | null>>({});

function refuse(name: string, line: ErrorLine | null): void {
  refusals.value = { ...refusals.value, [name]: line };
}

/** Start `verb` as the job `name` of the journey and wait for its end; null where it was refused. */
export async function startJob(name: string, verb: string, request: Request, secrets?: Secrets): Promise<JobView | null> {
  refuse(name, null);
  try {
    const id = await backend().start(verb, request, secrets);
    setJob(name, id);
    return await finished(watch(id, verb));
  } catch (problem) {
    if (problem instanceof Refused) refuse(name, problem.line);
    else if (problem instanceof Gone) link.value = "gone";
    else throw problem;
    return null;
  }
}

export function cancelJob(name: string): void {
  const id = journey.value.jobs[name];
  if (id) void backend().cancel(id).catch(() => undefined);
}

/** The request of `flash` for what the person chose; makes the file that it needs. */
export async function flashRequest(dryRun: boolean): Promise<Request> {
  const { image, port, logPort, settings } = journey.value;
  const request: Request = { port, image: image?.file, link_timeout: 0 };
  if (dryRun) request.dry_run = true;
  else if (logPort) request.log_port = logPort;
  const template = templateOf();
  if (template) {
    const blob = new Blob([JSON.stringify(template)], { type: "application/json" });
    request.template = (await backend().put("template.json", blob)).file;
  }
  if (settings.ssid) request.wifi_ssid = settings.ssid;
  if (settings.mqttHost) request.mqtt_host = settings.mqttHost;
  if (settings.mqttHost && settings.mqttUser) request.mqtt_user = settings.mqttUser;
  if (settings.name) request.name = settings.name;
  return request;
}

/** The passwords that go with it; one that is not known here any more is asked for by the job. */
export function flashSecrets(): Secrets {
  const { settings } = journey.value;
  const secrets: Secrets = {};
  const wifi = settings.open ? "" : secretOf("wifi");
  if (settings.ssid && wifi !== undefined) secrets.wifi_password = wifi;
  const mqtt = secretOf("mqtt");
  if (settings.mqttHost && mqtt) secrets.mqtt_password = mqtt;
  return secrets;
}
