import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where systems install Chromium; `CHROMIUM` names another place. */
const places = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

const found = places.find((place) => place !== "" && existsSync(place));

/** Why no browser test runs here; null where they do. */
export const skipped =
  found === undefined
    ? "no Chromium was found: install the package chromium, or name one in CHROMIUM"
    : null;

if (skipped !== null) console.warn(`The browser's tests are skipped: ${skipped}.`);

export function launchChromium(): Promise<Browser> {
  if (found === undefined) throw new Error("no Chromium was found");
  return chromium.launch({ executablePath: found, args: ["--no-sandbox"] });
}
