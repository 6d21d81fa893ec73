import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, CDPSession, Page } from "playwright-core";

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** How a person comes to the page. */
export interface Visit {
  readonly width: number;
  readonly height: number;
  readonly touch: boolean;
  readonly scheme: "light" | "dark";
  readonly reducedMotion?: boolean;
}

export const desk: Visit = { width: 1280, height: 800, touch: false, scheme: "light" };
export const phone: Visit = { width: 390, height: 844, touch: true, scheme: "light" };

type Place = readonly [x: number, y: number];

/** A person on the playground, with a mouse or with fingers. Places are in the picture's own pixels. */
export interface Visitor {
  readonly page: Page;
  /** What the console, the page's own errors and requests to other hosts have said. */
  readonly complaints: string[];
  /** Chooses a file. */
  readonly choose: (path: string) => Promise<void>;
  /** Draws over the picture. */
  readonly brush: (places: readonly Place[]) => Promise<void>;
  /** Two fingers go apart around a place. */
  readonly pinch: (around: Place, from: number, to: number) => Promise<void>;
  /** Presses a control as this person does. */
  readonly press: (selector: string) => Promise<void>;
  /** Moves a slider. */
  readonly slide: (selector: string, value: number) => Promise<void>;
  readonly phase: (phase: string) => Promise<void>;
  readonly text: (selector: string) => Promise<string>;
  /** Saves what a control downloads, and tells where. */
  readonly download: (selector: string) => Promise<string>;
  /** What axe-core finds that is serious or critical. */
  readonly audit: () => Promise<string[]>;
  readonly leave: () => Promise<void>;
}

/** Comes to a page; `address` may carry the key in its fragment. */
export async function visit(browser: Browser, address: string, how: Visit): Promise<Visitor> {
  const { width, height, touch, scheme, reducedMotion } = how;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: touch ? 2 : 1,
    hasTouch: touch,
    isMobile: touch,
    colorScheme: scheme,
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
  });
  await context.addInitScript({ content: axeSource });
  const page = await context.newPage();
  const fingers = await context.newCDPSession(page);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "blob:" && url.origin !== new URL(address).origin) {
      complaints.push(`a request to ${url.origin}`);
    }
  });
  await page.goto(address);

  const spot = async ([x, y]: Place) => {
    const box = await page.locator("#canvas").boundingBox();
    const view = (await page.getAttribute("#canvas", "data-view")) ?? "";

    const [scale = 1, left = 0, top = 0] = view.split(" ").map(Number);
    return { x: (box?.x ?? 0) + left + x * scale, y: (box?.y ?? 0) + top + y * scale };
  };
  const press = (selector: string) => (touch ? page.tap(selector) : page.click(selector));
  return {
    page,
    complaints,
    press,
    choose: async (path) => {
      await page.setInputFiles("#file-input", path);
      await page.waitForSelector("body[data-phase=drawing]");
    },
    brush: async (places) => {
      await page.locator("#canvas").scrollIntoViewIfNeeded();
      const spots = await Promise.all(places.map(spot));
      await (touch ? dragFinger(fingers, spots) : dragMouse(page, spots));
    },
    pinch: async (around, from, to) => {
      const centre = await spot(around);
      await spread(fingers, centre, from, to);
    },
    slide: async (selector, value) => page.fill(selector, String(value)),
    phase: async (phase) => {
      await page.waitForSelector(`body[data-phase=${phase}]`, { timeout: 60_000 });
    },
    text: async (selector) => ((await page.textContent(selector)) ?? "").trim(),
    download: async (selector) => {
      const [download] = await Promise.all([page.waitForEvent("download"), press(selector)]);
      return download.path();
    },
    audit: async () => {
      const { violations } = await page.evaluate<AxeResults>("axe.run()");
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
    },
    leave: () => context.close(),
  };
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

async function dragMouse(page: Page, [first, ...rest]: readonly Spot[]): Promise<void> {
  if (first === undefined) return;
  await page.mouse.move(first.x, first.y);
  await page.mouse.down();
  for (const { x, y } of rest) await page.mouse.move(x, y, { steps: 5 });
  await page.mouse.up();
}

type TouchType = "touchStart" | "touchMove" | "touchEnd";

async function touchTo(fingers: CDPSession, type: TouchType, spots: readonly Spot[]) {
  const touchPoints = spots.map((spot, id) => ({ ...spot, id }));
  await fingers.send("Input.dispatchTouchEvent", { type, touchPoints });
}

async function dragFinger(fingers: CDPSession, spots: readonly Spot[]): Promise<void> {
  for (const [index, spot] of spots.entries()) {
    await touchTo(fingers, index === 0 ? "touchStart" : "touchMove", [spot]);
  }
  // A finger that rests before it lifts does not fling; after a fling, the next tap would only stop it.
  for (let rest = 0; rest < 5; rest++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    await touchTo(fingers, "touchMove", spots.slice(-1));
  }
  await touchTo(fingers, "touchEnd", []);
}

async function spread(fingers: CDPSession, { x, y }: Spot, from: number, to: number) {
  const pair = (distance: number) => [
    { x: x - distance / 2, y },
    { x: x + distance / 2, y },
  ];
  await touchTo(fingers, "touchStart", pair(from).slice(0, 1));
  await touchTo(fingers, "touchStart", pair(from));
  for (let step = 1; step <= 6; step++) {
    await touchTo(fingers, "touchMove", pair(from + ((to - from) * step) / 6));
  }
  await touchTo(fingers, "touchEnd", []);
}
