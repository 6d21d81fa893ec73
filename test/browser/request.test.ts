import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Page } from "../../functions/playground/page.tsx";
import type { PageSettings } from "../../functions/playground/page-settings.ts";
import assets from "../../functions/playground/assets.json" with { type: "json" };
import { createCustomer } from "../../infra/local/customer.ts";
import { compare } from "../blackbox/harness/compare.ts";
import { photograph, startSystem, type TestSystem } from "../blackbox/harness/system.ts";
import { launchChromium, skipped } from "./harness/chromium.ts";
import { largePhotograph, python, readMask, sidewaysPhotograph } from "./harness/photographs.ts";
import { desk, visit } from "./harness/visitor.ts";

let system: TestSystem;
let browser: Browser;
const folder = mkdtempSync(join(tmpdir(), "inlay-browser-"));

beforeAll(async () => {
  if (skipped !== null) return;
  [system, browser] = await Promise.all([startSystem(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await system?.stack.close();
});

const newcomer = (key = system.key) => visit(browser, `${system.stack.url}/#key=${key}`, desk);

describe.skipIf(skipped !== null)("what is sent", () => {
  it("as curl, TypeScript and Python does the same when it is run, the mask beside the photograph", async () => {
    const visitor = await newcomer();
    await visitor.choose(photograph.image);
    await visitor.slide("#brush-size", 80);
    await visitor.brush([
      [615, 336],
      [680, 345],
    ]);
    await visitor.press("[name=task][value=inpaint]");
    await visitor.page.fill("#prompt", `a "meadow", it's @dawn; type=none`);
    await visitor.press("#request summary");
    copyFileSync(await visitor.download("#save-mask"), join(folder, "mask.png"));
    copyFileSync(photograph.image, join(folder, "dandelions.jpg"));
    const commands = {
      curl: ["sh", "curl.txt"],
      typescript: [process.execPath, "typescript.mts"],
      python: [python, "python.txt"],
    };
    for (const [language, command] of Object.entries(commands)) {
      await visitor.press(`#tab-${language}`);
      const code = await visitor.text("#code");
      expect(code).not.toContain(system.key);
      writeFileSync(join(folder, command[1] ?? ""), code);
      const ran = spawnSync(command[0] ?? "", command.slice(1), {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, INLAY_KEY: system.key },
      });
      expect(ran.stdout + ran.stderr, language).toMatch(/edit_\w+/);
      const edit = await system.get(/edit_\w+/.exec(ran.stdout)?.[0] ?? "");
      expect(edit).toMatchObject({ status: "succeeded", task: "inpaint" });
    }
    await visitor.leave();
  });

  it("of a photograph that a phone has turned is marked as it is seen, and no kept pixel changes", async () => {
    const sideways = join(folder, "sideways.jpg");
    sidewaysPhotograph(sideways);
    const visitor = await newcomer();
    await visitor.choose(sideways);
    await visitor.slide("#brush-size", 80);
    await visitor.brush([
      [615, 336],
      [680, 345],
    ]);
    await visitor.press("#run");
    await visitor.phase("shown");
    await expect.poll(() => visitor.text("#verdict-note")).toMatch(/every one is the same\.$/);
    await visitor.press("#request summary");
    const mask = await visitor.download("#save-mask");
    expect(readMask(mask).size).toEqual([800, 450]);
    const result = await visitor.download("#download");
    const kept = compare(sideways, mask, readFileSync(result));
    expect(kept).toMatchObject({ kept_changed: 0, result_size: [800, 450] });
    await visitor.leave();
  });

  it("of a photograph of 24 megapixels is a mask of its own size, one bit a pixel, where it was drawn", async () => {
    const large = join(folder, "large.jpg");
    largePhotograph(large);
    const visitor = await newcomer();
    await visitor.choose(large);
    await visitor.slide("#brush-size", 50);
    const size = Number.parseInt(await visitor.text("#brush-size-label"), 10);
    await visitor.brush([
      [4800, 3000],
      [5000, 3000],
    ]);
    await visitor.press("#request summary");
    const { mode, size: pixels, box } = readMask(await visitor.download("#save-mask"));
    expect([mode, pixels]).toEqual(["1", [6000, 4000]]);
    const expected = [4800 - size / 2, 3000 - size / 2, 5000 + size / 2, 3000 + size / 2];
    // A pointer is placed to the pixel of the screen, of which one is several of the picture's.
    for (const [side, at] of box.entries()) {
      expect(Math.abs(at - (expected[side] ?? 0))).toBeLessThan(12);
    }
    expect(await visitor.text("#price")).toBe("0.018 credits");
    await visitor.leave();
  });
});

describe.skipIf(skipped !== null)("an account with too few credits", () => {
  it("is told so, with the code and the request's id, and the mask stays", async () => {
    const { key } = await createCustomer(system.stack.url, system.stack.adminSecret, 100);
    const visitor = await newcomer(key);
    await visitor.choose(photograph.image);
    await visitor.brush([[400, 225]]);
    const marked = await visitor.text("#marked");
    await visitor.press("#run");
    await expect.poll(() => visitor.text("#trouble-title")).toBe("The account has too few credits");
    expect(await visitor.text("#trouble-detail")).not.toBe("");
    expect(await visitor.text("#trouble-code")).toMatch(/^credits_insufficient, [\w-]{8,}$/);
    expect(await visitor.text("#marked")).toBe(marked);
    await visitor.leave();
  });
});

describe.skipIf(skipped !== null)("a deployment that extends pictures", () => {
  it("shows handles that pull the edges, says how far and what it costs, and sends no mask", async () => {
    const settings: PageSettings = {
      ...{ profile: "wide", tasks: ["outpaint"], samplers: ["ddim"], sampler: "ddim" },
      ...{ distilled: null, usualSteps: 20, maxSteps: 50 },
    };
    const visitor = await visit(browser, `${system.stack.url}/health`, desk);
    await visitor.page.route(`${system.stack.url}/`, async (route) => {
      const html = Page({ settings, nonce: "n", files: assets.names });
      await route.fulfill({
        contentType: "text/html",
        body: `<!doctype html>${String(await html)}`,
      });
    });
    await visitor.page.goto(`${system.stack.url}/`);
    await visitor.choose(photograph.image);
    await visitor.page.fill("#margin-left", "0");
    await visitor.page.press("#margin-left", "Tab");
    await visitor.page.fill("#margin-right", "100");
    await visitor.page.press("#margin-right", "Tab");
    expect(await visitor.audit()).toEqual([]);
    await visitor.brush([
      [900, 225],
      [1100, 225],
    ]);
    const right = Number(await visitor.page.inputValue("#margin-right"));
    expect(Math.abs(right - 300)).toBeLessThan(4);
    expect(await visitor.text("#price")).toMatch(/credits$/);
    await visitor.press("#request summary");
    const code = await visitor.text("#code");
    expect(code).toContain(`right=${right}`);
    expect(code).not.toContain("left=");
    expect(code).not.toContain("mask");
    await visitor.leave();
  });
});
