import type { Point } from "./drawing.ts";
import type { Stage } from "./stage.ts";

/** What a pointer does on the stage. Places are in the picture, distances on the stage. */
export interface Gestures {
  /** A pointer is put down; false where it is to move the picture instead. */
  down(at: Point, spot: Point): boolean;
  move(at: Point): void;
  up(): void;
  /** What was begun is taken back: a second finger came down. */
  abandon(): void;
  /** A mouse or pen is over a place, or has left. */
  hover(at: Point | null): void;
}

/** Fingers that come down within this time of each other mean to zoom, in milliseconds. */
const together = 250;

/** Tells what mouse, pen and fingers do. Two fingers, the wheel and the middle button always move the view. */
export function listen(stage: Stage, gestures: Gestures): void {
  const { canvas } = stage;
  const pointers = new Map<number, Point>();
  let acting: { readonly pointer: number; readonly since: number } | null = null;

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, stage.spot(event));
    if (pointers.size > 1) {
      if (acting !== null && event.timeStamp - acting.since < together) gestures.abandon();
      else if (acting !== null) gestures.up();
      acting = null;
      return;
    }
    const takes = event.button === 0 && gestures.down(stage.place(event), stage.spot(event));
    acting = takes ? { pointer: event.pointerId, since: event.timeStamp } : null;
  });

  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    const spot = stage.spot(event);
    if (event.pointerType !== "touch") gestures.hover(stage.place(event));
    if (before === undefined) return;
    if (acting !== null) {
      const coalesced = event.getCoalescedEvents();
      for (const one of coalesced.length > 0 ? coalesced : [event]) gestures.move(stage.place(one));
    } else if (pointers.size === 1) {
      stage.pan({ x: spot.x - before.x, y: spot.y - before.y });
    } else {
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other !== undefined) pinch(stage, other, before, spot);
    }
    pointers.set(event.pointerId, spot);
  });

  const lift = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (acting?.pointer !== event.pointerId) return;
    acting = null;
    if (event.type === "pointercancel") gestures.abandon();
    else gestures.up();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => gestures.hover(null));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const speed = event.ctrlKey ? 0.01 : 0.0018;
      stage.zoom(Math.exp(-event.deltaY * lines * speed), stage.spot(event));
    },
    { passive: false },
  );
}

/** One finger stays at `other` while the second moves: what lies between them follows. */
function pinch(stage: Stage, other: Point, before: Point, after: Point): void {
  const distance = (to: Point) => Math.max(8, Math.hypot(to.x - other.x, to.y - other.y));
  const middle = { x: (other.x + before.x) / 2, y: (other.y + before.y) / 2 };
  stage.zoom(distance(after) / distance(before), middle);
  stage.pan({ x: (after.x - before.x) / 2, y: (after.y - before.y) / 2 });
}
