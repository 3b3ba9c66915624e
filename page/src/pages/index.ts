// The pages, in the order of the navigation. A new page: a component in this folder, and a row here.
import type { JSX } from "preact";
import { n } from "../text/t";
import { Start } from "./start";
import { Free } from "./free";
import { FilePage } from "./file";
import { Devices } from "./devices";
import { Backups } from "./backups";
import { Templates } from "./templates";
import { SettingsPage } from "./settings";
import { ConsolePage } from "./console";
import { Help } from "./help";

export interface PageRow {
  path: string; // #/path
  title: string; // in the navigation; goes through t() there; empty: reached from other pages
  component: () => JSX.Element;
}

export const PAGES: PageRow[] = [
  { path: "", title: n("Start"), component: Start },
  { path: "free", title: n("Free a plug"), component: Free },
  { path: "file", title: n("A file"), component: FilePage },
  { path: "devices", title: n("Devices"), component: Devices },
  { path: "backups", title: n("Backups"), component: Backups },
  { path: "templates", title: n("Templates"), component: Templates },
  { path: "settings", title: n("Settings"), component: SettingsPage },
  { path: "console", title: "", component: ConsolePage },
  { path: "help", title: n("Help"), component: Help },
];
