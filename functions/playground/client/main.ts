import type { PageSettings } from "../page-settings.ts";
import { Playground } from "./playground.ts";
import { element } from "./elements.ts";

const settings = JSON.parse(element("page-settings", HTMLScriptElement).text) as PageSettings;
new Playground(settings).begin();
