// The static edition: the same page, with the core in a worker instead of a server.
import { render } from "preact";
import { InPageBackend } from "./backend/in_page";
import { useBackend } from "./backend/current";
import { startTheme } from "./state/theme";
import { startRouter } from "./state/router";
import { startJourneys } from "./state/journey";
import { connect, startLanguage } from "./state/server";
import { Shell } from "./shell";
import "./style/index.css";

const backend = new InPageBackend(new URL("./", location.href).href);
useBackend(backend);
(globalThis as { plugsmith?: InPageBackend }).plugsmith = backend; // for the console, and for tests
startTheme();
startRouter();
startJourneys();
startLanguage();
connect();
render(<Shell />, document.getElementById("app") as HTMLElement);
if ("serviceWorker" in navigator && isSecureContext) void navigator.serviceWorker.register("./offline.js");
