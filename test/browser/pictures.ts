// Writes the README's pictures of the playground: `node test/browser/pictures.ts`, where Chromium is installed.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { photograph, startSystem } from "../blackbox/harness/system.ts";
import { launchChromium } from "./harness/chromium.ts";
import { python } from "./harness/photographs.ts";
import { desk, phone, visit, type Visit, type Visitor } from "./harness/visitor.ts";

const folder = join(import.meta.dirname, "../../docs/pictures");
const scratch = mkdtempSync(join(tmpdir(), "inlay-pictures-"));

async function take(visitor: Visitor, name: string, keep: boolean): Promise<void> {
  await visitor.page.evaluate("document.activeElement.blur()");
  const shot = join(scratch, `${name}.png`);
  await visitor.page.screenshot({ path: shot });
  const script =
    "import sys; from PIL import Image; Image.open(sys.argv[1]).save(sys.argv[2], quality=93, method=6)";
  if (keep) execFileSync(python, ["-c", script, shot, join(folder, `playground-${name}.webp`)]);
}

/** Waits for an expression to hold; the page's policy forbids it to be evaluated within the page. */
async function until(visitor: Visitor, expression: string): Promise<void> {
  while ((await visitor.page.evaluate(expression)) !== true) await setTimeout(50);
}

const system = await startSystem();
const browser = await launchChromium();
type Moment = "empty" | "drawn" | "shown";
const visits: Record<string, readonly [Visit, Moment]> = {
  "1280-light": [desk, "shown"],
  "1280-dark": [{ ...desk, scheme: "dark" }, "drawn"],
  "390-light": [phone, "drawn"],
  "390-dark": [{ ...phone, scheme: "dark" }, "shown"],
};
/** One moment of each visit goes into the README; all are left in a folder to be looked at. */
for (const [name, [how, wanted]] of Object.entries(visits)) {
  const still = { ...how, reducedMotion: true };
  const visitor = await visit(browser, `${system.stack.url}/#key=${system.key}`, still);
  const moment = (at: Moment) =>
    take(visitor, at === wanted ? name : `${name}-${at}`, at === wanted);
  await until(visitor, "document.fonts.status === 'loaded'");
  await moment("empty");
  await visitor.choose(photograph.image);
  await visitor.slide("#brush-size", 66);
  await visitor.brush([
    [622, 338],
    [650, 326],
    [684, 334],
    [692, 352],
    [660, 368],
    [628, 360],
    [650, 346],
    [672, 348],
  ]);
  await moment("drawn");
  await visitor.press("#run");
  await visitor.phase("shown");
  await until(visitor, "/same/.test(document.getElementById('verdict-note').textContent)");
  await visitor.slide("#seam", 620);
  await moment("shown");
  await visitor.leave();
}
await browser.close();
await system.stack.close();
console.log(scratch);
