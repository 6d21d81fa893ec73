import type { Point } from "./drawing.ts";

/** What keys do on the stage. */
export interface KeyActs {
  /** Moves the brush by a share of its size, or by single pixels. */
  move(by: Point, fine: boolean): void;
  /** Puts the brush down, or lifts it. */
  press(): void;
  /** Marks one spot. */
  dab(): void;
  lift(): void;
  choose(tool: "brush" | "erase" | "pan"): void;
  resize(by: number): void;
  zoom(factor: number): void;
  fit(): void;
  undo(): void;
  redo(): void;
  invert(): void;
  toggleMask(): void;
}

const ways: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Makes a canvas usable by its keys alone. Keys that mean nothing here are left to the browser. */
export function listenToKeys(canvas: HTMLCanvasElement, acts: KeyActs): void {
  const plain: Readonly<Record<string, () => void>> = {
    " ": () => acts.press(),
    Enter: () => acts.dab(),
    Escape: () => acts.lift(),
    b: () => acts.choose("brush"),
    e: () => acts.choose("erase"),
    h: () => acts.choose("pan"),
    i: () => acts.invert(),
    m: () => acts.toggleMask(),
    "[": () => acts.resize(-5),
    "]": () => acts.resize(5),
    "+": () => acts.zoom(1.25),
    "=": () => acts.zoom(1.25),
    "-": () => acts.zoom(0.8),
    "0": () => acts.fit(),
  };
  canvas.addEventListener("keydown", (event) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    const way = ways[key];
    const undoes = (ctrlKey || metaKey) && key.toLowerCase() === "z";
    const redoes = (ctrlKey || metaKey) && key.toLowerCase() === "y";
    const act = ctrlKey || metaKey || altKey ? undefined : (plain[key.toLowerCase()] ?? plain[key]);
    if (way !== undefined && !ctrlKey && !metaKey && !altKey) acts.move(way, shiftKey);
    else if (redoes || (undoes && shiftKey)) acts.redo();
    else if (undoes) acts.undo();
    else if (act !== undefined) act();
    else return;
    event.preventDefault();
  });
}
