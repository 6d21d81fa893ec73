import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "../blackbox/harness/compare.ts";
import { photograph, startSystem, type TestSystem } from "../blackbox/harness/system.ts";
import { launchChromium, skipped } from "./harness/chromium.ts";
import { desk, phone, visit, type Visitor } from "./harness/visitor.ts";

let system: TestSystem;
let browser: Browser;

beforeAll(async () => {
  if (skipped !== null) return;
  [system, browser] = await Promise.all([startSystem(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await system?.stack.close();
});

/** Around the dandelion that the demonstration removes. */
const dandelion = [
  [615, 336],
  [645, 324],
  [680, 334],
  [675, 358],
  [640, 364],
  [635, 346],
  [665, 348],
] as const;

/** Someone who comes with a key and draws over the dandelion of the photograph. */
async function drawn(how: Parameters<typeof visit>[2]): Promise<Visitor> {
  const visitor = await visit(browser, `${system.stack.url}/#key=${system.key}`, how);
  await visitor.choose(photograph.image);
  await visitor.slide("#brush-size", 80);
  await visitor.brush(dandelion);
  return visitor;
}

describe.skipIf(skipped !== null).each([
  ["at 1280 px with a mouse, in light", desk],
  ["at 1280 px with a mouse, in dark", { ...desk, scheme: "dark" as const }],
  ["at 390 px with fingers, in light", phone],
  ["at 390 px with fingers, in dark", { ...phone, scheme: "dark" as const }],
])("a person %s", (_, how) => {
  it("loads a photograph, brushes over a thing, runs it, sees it made, compares and downloads it, and every kept pixel is as it was", async () => {
    const visitor = await visit(browser, `${system.stack.url}/#key=${system.key}`, how);
    const { page, text, press } = visitor;
    expect(await page.evaluate("location.href")).toBe(`${system.stack.url}/`);
    await expect.poll(() => text("#key-label")).toMatch(/^[\d.]+ credits$/);
    expect(await visitor.audit()).toEqual([]);

    await visitor.choose(photograph.image);
    expect(await text("#run-hint")).toBe("Brush over what should change.");
    await visitor.slide("#brush-size", 80);
    await visitor.brush(dandelion);
    expect(Number.parseFloat(await text("#marked"))).toBeGreaterThan(3);
    expect(await text("#price")).toBe("0.006 credits");
    expect(await visitor.audit()).toEqual([]);

    await press("#run");
    await visitor.phase("running");
    await expect.poll(() => text("#progress-label")).toMatch(/^Painting, step \d+ of 20$/);
    expect(await visitor.audit()).toEqual([]);
    await visitor.phase("shown");
    await expect.poll(() => text("#verdict-note")).toMatch(/every one is the same\.$/);
    expect(await text("#verdict")).toMatch(/^3\d\d,\d{3} pixels kept\. None changed\.$/);
    expect(await text("#facts")).toContain("0.006 credits");
    await visitor.slide("#divider", 200);
    await visitor.brush([
      [160, 225],
      [700, 225],
    ]);
    expect(Number(await page.inputValue("#divider"))).toBeCloseTo(875, -1);
    await visitor.slide("#seam", 400);
    expect(await visitor.audit()).toEqual([]);

    await press("#request summary");
    const mask = await visitor.download("#save-mask");
    const result = await visitor.download("#download");
    const kept = compare(photograph.image, mask, readFileSync(result));
    expect(kept.result_size).toEqual(kept.input_size);
    expect(kept.kept_changed).toBe(0);
    expect(kept.masked_changed_share).toBeGreaterThan(0.9);
    await press("#tab-json");
    expect(await text("#code")).toMatch(/"id": "edit_\w+"/);
    expect(await text("#request-id")).toMatch(/^edit_\w+, request [\w-]+$/);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
      how.width,
    );

    await page.reload();
    await press("#shelf-list button");
    await visitor.phase("shown");
    await expect.poll(() => text("#verdict-note")).toMatch(/every one is the same\.$/);
    expect(await visitor.audit()).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });
});

describe.skipIf(skipped !== null)("a person", () => {
  it("with a keyboard alone reaches every control, brushes, undoes and runs", async () => {
    const visitor = await visit(browser, `${system.stack.url}/#key=${system.key}`, desk);
    const { page, text } = visitor;
    await visitor.choose(photograph.image);
    const { keyboard } = page;
    await page.focus("#canvas");
    await keyboard.press("Space");
    for (let move = 0; move < 4; move++) await keyboard.press("ArrowRight");
    await keyboard.press("Space");
    expect(await text("#live")).toBe("Brush lifted.");
    const marked = await text("#marked");
    expect(Number.parseFloat(marked)).toBeGreaterThan(0);
    await keyboard.press("Control+z");
    expect(await text("#marked")).toBe("0.0 %");
    await keyboard.press("Control+Shift+z");
    expect(await text("#marked")).toBe(marked);
    await keyboard.press("i");
    expect(Number.parseFloat(await text("#marked"))).toBeGreaterThan(50);
    await keyboard.press("i");

    const reached = new Set<string>();
    for (let tab = 0; tab < 40; tab++) {
      await keyboard.press("Tab");
      reached.add(await page.evaluate<string>("document.activeElement.id"));
      if (reached.has("run")) break;
    }
    for (const id of ["brush-size", "undo", "invert", "clear", "mask-only", "run"]) {
      expect([...reached]).toContain(id);
    }
    await keyboard.press("Enter");
    await visitor.phase("shown");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("verdict");
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  it("zooms with two fingers, which leave no mark", async () => {
    const visitor = await visit(browser, system.stack.url, phone);
    await visitor.choose(photograph.image);
    const before = Number.parseFloat(await visitor.text("#zoom-label"));
    await visitor.pinch([400, 225], 60, 180);
    expect(Number.parseFloat(await visitor.text("#zoom-label"))).toBeGreaterThan(2 * before);
    expect(await visitor.text("#marked")).toBe("0.0 %");
    await visitor.leave();
  });

  it("on a screen of 320 px finds everything within it", async () => {
    const visitor = await visit(browser, system.stack.url, { ...phone, width: 320, height: 640 });
    const width = () => visitor.page.evaluate("document.documentElement.scrollWidth");
    expect(await width()).toBe(320);
    await visitor.choose(photograph.image);
    await visitor.press("[name=task][value=inpaint]");
    await visitor.press(".settings summary");
    await visitor.press("#request summary");
    expect(await width()).toBe(320);
    expect(await visitor.audit()).toEqual([]);
    await visitor.leave();
  });

  it("who cancels is told that nothing was charged, and keeps the mask", async () => {
    const visitor = await drawn(desk);
    const before = await visitor.text("#marked");
    const balance = await system.balance();
    await visitor.press(".settings summary");
    await visitor.slide("#steps", 50);
    await visitor.press("#run");
    await visitor.phase("running");
    await visitor.press("#cancel");
    await visitor.phase("drawing");
    expect(await visitor.text("#trouble")).toContain("CanceledNothing was charged.");
    expect(await visitor.text("#marked")).toBe(before);
    await expect.poll(() => system.balance()).toEqual(balance);
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  it("without a key is asked for one, and is told what is wrong with a wrong one", async () => {
    const visitor = await visit(browser, system.stack.url, desk);
    await visitor.choose(photograph.image);
    await visitor.brush(dandelion);
    await visitor.press("#run");
    await visitor.page.fill("#key-input", `${system.key.slice(0, -1)}-`);
    expect(await visitor.audit()).toEqual([]);
    await visitor.page.keyboard.press("Enter");
    await expect
      .poll(() => visitor.text("#key-trouble"))
      .toBe(
        "The API key is not valid. The key's checksum is wrong or it belongs elsewhere. Copy it again, whole.",
      );
    await visitor.page.fill("#key-input", system.key);
    await visitor.page.check("#key-remember");
    await visitor.page.keyboard.press("Enter");
    await expect.poll(() => visitor.text("#key-label")).toMatch(/credits$/);
    const kept = await visitor.page.evaluate("localStorage.getItem('inlay.key')");
    expect(kept).toBe(system.key);
    await visitor.leave();
  });
});
