import { render } from "preact";
import { startTheme } from "./state/theme";
import { startRouter } from "./state/router";
import { startJourneys } from "./state/journey";
import { takeToken } from "./state/token";
import { connect, startLanguage } from "./state/server";
import { Shell } from "./shell";
import "./style/index.css";

takeToken();
startTheme();
startRouter();
startJourneys();
startLanguage();
connect();
render(<Shell />, document.getElementById("app") as HTMLElement);
