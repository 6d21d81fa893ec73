import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Scene, type Outcome } from "./outcome-scene.ts";
import { outcomes } from "./outcomes.ts";

const document = readFileSync(join(import.meta.dirname, "../../../docs/billing.md"), "utf8");

const amount = (microcredits: number) => microcredits.toLocaleString("en-US");
const coded = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(", ");

/** An outcome as a row of the document's table. */
function row(name: string, end: Outcome): string {
  const cells = [
    name,
    /[ ]|gone/.test(end.status) ? end.status : `\`${end.status}\``,
    end.error === null ? "" : `\`${end.error}\``,
    ...[end.reserved, end.captured, end.released].map(amount),
    coded(end.events),
    coded(end.webhooks),
  ];
  return `| ${cells.join(" | ")} |`.replaceAll(/ {2,}/g, " ");
}

/** What happened, as the account has it. */
function happened(name: string): Outcome {
  const scene = new Scene();
  outcomes[name]?.(scene);
  return scene.outcome();
}

describe("docs/billing.md", () => {
  it("has a row for every way in which an edit ends, and says what happens then", () => {
    const rows = document
      .split("\n")
      .filter((line) => /^\| [a-z]/.test(line) && !line.startsWith("| how"));
    expect(rows).toEqual(Object.keys(outcomes).map((name) => row(name, happened(name))));
  });
});

describe("an edit that ends", () => {
  it.each(Object.keys(outcomes))("because %s keeps nothing reserved and is told once", (name) => {
    const { status, reserved, captured, released, events, webhooks } = happened(name);
    expect(captured + released).toBe(reserved);
    if (status !== "succeeded") expect(captured).toBe(0);
    const ends = events.filter((type) => /succeeded|failed|canceled|expired/.test(type));
    const told = status === "not accepted" || status === "gone" ? [] : [status];
    expect(ends).toEqual(told);
    if (webhooks.length > 0) expect(webhooks).toEqual([`edit.${status}`]);
  });
});
