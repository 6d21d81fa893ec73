import type { Point } from "./drawing.ts";
import { contextOf } from "./elements.ts";
import { MaskPainter } from "./mask-painter.ts";
import { drawBrush, drawDivider, drawGrowth, drawRing } from "./marks.ts";
import { grown, type Margins } from "./margins.ts";
import type { Mask } from "./mask.ts";
import { fit, pan, toPicture, toStage, zoomAt, type Size, type View } from "./view.ts";

/** What lies on the stage. */
export interface Scene {
  readonly picture: ImageBitmap;
  readonly mask: Mask;
  /** How the mask is shown: hatched over the picture, alone as it is sent, or not at all. */
  readonly maskShown: "hatched" | "alone" | "hidden";
  /** The result, shown to the right of `divider`, a share of the picture's width. */
  readonly after: ImageBitmap | null;
  readonly divider: number;
  /** How the hole looks so far. */
  readonly preview: ImageBitmap | null;
  /** Where the brush hovers, in the picture. */
  readonly brush: { readonly at: Point; readonly size: number; readonly down: boolean } | null;
  /** Where the loupe looks, in the picture. */
  readonly loupe: Point | null;
  /** How far the picture is to grow; null where it is not. */
  readonly margins: Margins | null;
}

/** The least mat around a picture that is fitted, in CSS pixels. */
const roomOn = ({ width }: Size) => (width < 560 ? 14 : 28);

/** The canvas that shows the picture, and the view on it. */
export class Stage {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #painter: MaskPainter;
  #scene: Scene | null = null;
  #view: View = { scale: 1, x: 0, y: 0 };
  #fitted = true;
  #due = false;
  /** Called when the view has changed. */
  onView: (scale: number) => void = () => undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.#context = contextOf(canvas);
    this.#painter = new MaskPainter(canvas);
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.invalidate());
  }

  get view(): View {
    return this.#view;
  }

  get size(): Size {
    return { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  get scene(): Scene | null {
    return this.#scene;
  }

  /** Shows another scene; a picture of another size is fitted anew. */
  show(scene: Scene): void {
    const before = this.#scene?.picture;
    this.#scene = scene;
    if (before?.width !== scene.picture.width || before.height !== scene.picture.height) this.fit();
    this.invalidate();
  }

  /** Changes something of what is shown. */
  change(part: Partial<Scene>): void {
    if (this.#scene !== null) this.show({ ...this.#scene, ...part });
  }

  /** Draws again before the next frame. */
  invalidate(): void {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    });
  }

  fit(): void {
    this.#fitted = true;
    this.#look(this.#fit());
  }

  zoom(factor: number, around?: Point): void {
    const { width, height } = this.size;
    const centre = { x: width / 2, y: height / 2 };
    this.#fitted = false;
    this.#look(zoomAt(this.#view, factor, around ?? centre, this.#fit()));
    this.pan({ x: 0, y: 0 });
  }

  pan(by: Point): void {
    if (this.#scene === null) return;
    this.#fitted &&= by.x === 0 && by.y === 0;
    this.#look(pan(this.#view, by, this.#scene.picture, this.size));
  }

  /** Brings a place of the picture into sight. */
  reveal(at: Point): void {
    const { x, y } = toStage(this.#view, at);
    const { width, height } = this.size;
    const room = roomOn(this.size);
    const by = (place: number, length: number) =>
      Math.max(room - place, 0) + Math.min(length - room - place, 0);
    const distance = { x: by(x, width), y: by(y, height) };
    if (distance.x !== 0 || distance.y !== 0) this.pan(distance);
  }

  /** Where in the picture a pointer is. */
  place(event: { readonly clientX: number; readonly clientY: number }): Point {
    return toPicture(this.#view, this.spot(event));
  }

  /** Where on the stage a pointer is. */
  spot({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): Point {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #fit(): View {
    const scene = this.#scene;
    if (scene === null) return this.#view;
    const { left, up } = scene.margins ?? { left: 0, up: 0 };
    const whole = scene.margins === null ? scene.picture : grown(scene.picture, scene.margins);
    const room = roomOn(this.size) * (scene.margins === null ? 1 : 2);
    const outer = fit(whole, this.size, room);
    return { ...outer, x: outer.x + left * outer.scale, y: outer.y + up * outer.scale };
  }

  #look(view: View): void {
    this.#view = view;
    this.canvas.dataset["view"] = `${view.scale} ${view.x} ${view.y}`;
    this.onView(view.scale);
    this.invalidate();
  }

  #resize(): void {
    const { width, height } = this.size;
    if (width === 0 || height === 0) return;
    const density = devicePixelRatio;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    if (this.#fitted) this.fit();
    this.#draw();
  }

  #draw(): void {
    const scene = this.#scene;
    const context = this.#context;
    const density = devicePixelRatio;
    const { picture } = scene ?? {};
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (scene === null || picture === undefined) return;
    const { x, y, scale } = this.#view;
    const box = [x, y, picture.width * scale, picture.height * scale] as const;
    context.save();
    context.shadowColor = "rgb(20 16 10 / 0.28)";
    context.shadowBlur = 26 * density;
    context.shadowOffsetY = 6 * density;
    context.fillRect(...box);
    context.restore();
    context.imageSmoothingEnabled = scale * density < 3;
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, ...box);
    if (scene.after !== null) {
      const from = x + scene.divider * picture.width * scale;
      context.save();
      context.beginPath();
      context.rect(from, y, x + picture.width * scale - from, picture.height * scale);
      context.clip();
      context.drawImage(scene.after, ...box);
      context.restore();
      drawDivider(context, from, box);
    } else if (scene.margins !== null) {
      drawGrowth(context, this.#painter.hatch(), scene.margins, this.#view, picture);
    } else if (scene.maskShown === "alone") {
      context.fillStyle = "#000";
      context.fillRect(...box);
      this.#painter.fill(context, scene.mask.shown, box, "#fff");
    } else if (scene.maskShown === "hatched") {
      if (scene.preview === null) this.#painter.hatched(context, scene.mask.shown, box);
      else this.#painter.filled(context, scene.mask.shown, box, scene.preview);
    }
    if (scene.loupe !== null) drawRing(context, toStage(this.#view, scene.loupe));
    if (scene.brush !== null) {
      const { at, size, down } = scene.brush;
      drawBrush(context, toStage(this.#view, at), (size / 2) * scale, down);
    }
  }
}
