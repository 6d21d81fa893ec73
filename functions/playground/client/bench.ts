import { listenToKeys } from "./bench-keys.ts";
import { BrushSize } from "./brush-size.ts";
import type { Point, Step } from "./drawing.ts";
import { element } from "./elements.ts";
import { listen } from "./gestures.ts";
import { noMargins, type Margins, type Side } from "./margins.ts";
import { handles } from "./marks.ts";
import { Mask } from "./mask.ts";
import type { Picture } from "./picture.ts";
import { Stage } from "./stage.ts";

type Tool = "brush" | "erase" | "pan";

/** What can be done on the stage: draw a mask, pull the picture's edges, compare, or look only. */
export type Mode = "draw" | "margins" | "compare" | "look";

export interface BenchEvents {
  /** The mask has changed. */
  drawn(): void;
  /** An edge is pulled to so many pixels. */
  pulled(side: Side, pixels: number): void;
  /** A mouse looks at a place of a result. */
  looked(at: Point): void;
  say(text: string): void;
}

const button = (id: string) => element(id, HTMLButtonElement);
const fingertip = 28;

/** The stage with its tools: what the hand does becomes the mask. */
export class Bench {
  readonly stage = new Stage(element("canvas", HTMLCanvasElement));
  readonly #events: BenchEvents;
  readonly #size = new BrushSize(() => this.#hover(this.#at));
  readonly #divider = element("divider", HTMLInputElement);
  #mask = new Mask({ width: 1, height: 1 });
  #mode: Mode = "look";
  #at: Point | null = null;
  #down = false;
  #pulling: Side | null = null;

  constructor(events: BenchEvents) {
    this.#events = events;
    this.#listenToTools();
    listen(this.stage, {
      down: (at, spot) => this.#press(at, spot),
      move: (at) => this.#drag(at),
      up: () => this.#release(),
      abandon: () => {
        this.#down = false;
        this.#mask.abandon();
        this.#refresh();
      },
      hover: (at) => {
        this.#hover(at);
        if (at !== null && this.#mode === "compare") events.looked(at);
      },
    });
    listenToKeys(this.stage.canvas, {
      move: (by, fine) => this.#moveByKey(by, fine),
      press: () => this.#pressByKey(),
      dab: () => {
        if (this.#press(this.#cursor(), null)) this.#release();
      },
      lift: () => this.#release(),
      choose: (tool) => this.#choose(tool),
      resize: (by) => this.#size.step(by),
      zoom: (factor) => this.stage.zoom(factor),
      fit: () => this.stage.fit(),
      undo: () => this.#alter((mask) => mask.undo()),
      redo: () => this.#alter((mask) => mask.redo()),
      invert: () => this.#alter((mask) => mask.draw("invert")),
      toggleMask: () => button("mask-only").click(),
    });
  }

  get mask(): Mask {
    return this.#mask;
  }

  /** Puts a picture on the stage, with a mask drawn before where there is one. */
  load(picture: Picture, steps: readonly Step[] = []): void {
    this.#mask = new Mask(picture, steps);
    this.#size.setPicture(picture);
    this.#at = null;
    const ratio = String(picture.width / picture.height);
    element("stage", HTMLElement).style.setProperty("--ratio", ratio);
    this.stage.show({
      picture: picture.bitmap,
      mask: this.#mask,
      maskShown: "hatched",
      after: null,
      divider: 0.5,
      preview: null,
      brush: null,
      loupe: null,
      margins: null,
    });
    this.#refresh();
  }

  setMode(mode: Mode): void {
    this.#mode = mode;
    const drawing = mode === "draw";
    for (const id of ["tools", "size-group", "mask-acts"]) {
      element(id, HTMLElement).hidden = !drawing;
    }
    element("divider-group", HTMLElement).hidden = mode !== "compare";
    this.stage.canvas.dataset["mode"] = mode;
    this.stage.change({ brush: null });
  }

  /** Shows how far the picture is to grow; null where it is not. */
  setMargins(margins: Margins | null): void {
    const before = this.stage.scene?.margins ?? null;
    this.stage.change({ margins });
    if ((before === null) !== (margins === null)) this.stage.fit();
  }

  set divider(share: number) {
    const within = Math.max(0, Math.min(1, share));
    this.#divider.valueAsNumber = within * 1000;
    this.stage.change({ divider: within });
  }

  #press(at: Point, spot: Point | null): boolean {
    switch (this.#mode) {
      case "look":
        return false;
      case "compare":
        this.#drag(at);
        return true;
      case "margins":
        this.#pulling = spot === null ? null : this.#handleAt(spot);
        return this.#pulling !== null;
      case "draw": {
        const tool = this.#tool();
        if (tool === "pan") return false;
        this.#down = true;
        this.#at = at;
        this.#mask.begin(tool, this.#size.pixels, at);
        this.#hover(at);
        return true;
      }
    }
  }

  #drag(at: Point): void {
    const picture = this.stage.scene?.picture;
    if (picture === undefined) return;
    if (this.#mode === "compare") {
      this.divider = at.x / picture.width;
      this.#events.looked(at);
    } else if (this.#pulling !== null) {
      const outward: Record<Side, number> = {
        left: -at.x,
        right: at.x - picture.width,
        up: -at.y,
        down: at.y - picture.height,
      };
      this.#events.pulled(this.#pulling, outward[this.#pulling]);
    } else if (this.#down) {
      this.#at = at;
      this.#mask.extend(at);
      this.#hover(at);
    }
  }

  #release(): void {
    this.#pulling = null;
    if (!this.#down) return;
    this.#down = false;
    this.#mask.finish();
    this.#refresh();
  }

  #hover(at: Point | null): void {
    const draws = this.#mode === "draw" && this.#tool() !== "pan" && at !== null;
    this.stage.change({
      brush: draws ? { at, size: this.#size.pixels, down: this.#down } : null,
    });
  }

  #cursor(): Point {
    const picture = this.stage.scene?.picture;
    return this.#at ?? { x: (picture?.width ?? 0) / 2, y: (picture?.height ?? 0) / 2 };
  }

  #moveByKey({ x, y }: Point, fine: boolean): void {
    const picture = this.stage.scene?.picture;
    if (picture === undefined) return;
    if (this.#mode === "compare") {
      this.divider = (this.stage.scene?.divider ?? 0.5) + x * (fine ? 0.002 : 0.02);
      return;
    }
    const step = fine ? 1 : Math.max(1, this.#size.pixels / 4);
    const from = this.#cursor();
    const at = {
      x: Math.max(0, Math.min(picture.width, from.x + x * step)),
      y: Math.max(0, Math.min(picture.height, from.y + y * step)),
    };
    this.#at = at;
    if (this.#down) this.#drag(at);
    else this.#hover(at);
    this.stage.reveal(at);
  }

  #pressByKey(): void {
    if (this.#down) {
      this.#release();
      this.#events.say("Brush lifted.");
    } else if (this.#press(this.#cursor(), null) && this.#mode === "draw") {
      const { x, y } = this.#cursor();
      this.#events.say(`Brush down at ${Math.round(x)}, ${Math.round(y)}.`);
    }
  }

  #handleAt(spot: Point): Side | null {
    const { scene, view } = this.stage;
    if (scene === null) return null;
    const places = Object.entries(handles(scene.margins ?? noMargins, view, scene.picture));
    const near = places.find(([, at]) => Math.hypot(at.x - spot.x, at.y - spot.y) < fingertip);
    return near === undefined ? null : (near[0] as Side);
  }

  #tool(): Tool {
    const chosen = document.querySelector<HTMLInputElement>("[name=tool]:checked");
    return (chosen?.value ?? "brush") as Tool;
  }

  #choose(tool: Tool): void {
    const radio = document.querySelector<HTMLInputElement>(`[name=tool][value=${tool}]`);
    radio?.click();
  }

  #alter(change: (mask: Mask) => void): void {
    if (this.#mode !== "draw") return;
    this.#down = false;
    change(this.#mask);
    this.#refresh();
  }

  #refresh(): void {
    button("undo").disabled = !this.#mask.canUndo;
    button("redo").disabled = !this.#mask.canRedo;
    this.stage.invalidate();
    this.#events.drawn();
  }

  #listenToTools(): void {
    button("undo").addEventListener("click", () => this.#alter((mask) => mask.undo()));
    button("redo").addEventListener("click", () => this.#alter((mask) => mask.redo()));
    button("invert").addEventListener("click", () => this.#alter((mask) => mask.draw("invert")));
    button("clear").addEventListener("click", () => this.#alter((mask) => mask.draw("clear")));
    button("zoom-in").addEventListener("click", () => this.stage.zoom(1.4));
    button("zoom-out").addEventListener("click", () => this.stage.zoom(1 / 1.4));
    button("zoom-fit").addEventListener("click", () => this.stage.fit());
    const alone = button("mask-only");
    alone.addEventListener("click", () => {
      const pressed = alone.getAttribute("aria-pressed") !== "true";
      alone.setAttribute("aria-pressed", String(pressed));
      this.stage.change({ maskShown: pressed ? "alone" : "hatched" });
    });
    element("tools", HTMLElement).addEventListener("change", () => {
      this.stage.canvas.dataset["tool"] = this.#tool();
      this.#hover(null);
    });
    this.#divider.addEventListener("input", () => {
      this.divider = this.#divider.valueAsNumber / 1000;
    });
    this.stage.onView = (scale) => {
      element("zoom-label", HTMLElement).textContent = `${Math.round(scale * 100)} %`;
    };
  }
}
