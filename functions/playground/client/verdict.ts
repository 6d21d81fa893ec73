import type { Edit } from "../../../schemas/edit.ts";
import { credits } from "./credits.ts";
import { element } from "./elements.ts";
import type { KeptCheck } from "./kept-check.ts";

const count = (pixels: number) => pixels.toLocaleString("en");

/** Two sentences, the second in italics. */
function sentence(first: string, second: string): (string | Node)[] {
  const stressed = document.createElement("em");
  stressed.textContent = second;
  return [`${first} `, stressed];
}

/** What became of the kept pixels, in large letters, and what this browser found when it compared them. */
export function tellVerdict(kept: number, format: string, check: KeptCheck | null): void {
  const verdict = element("verdict", HTMLElement);
  const note = element("verdict-note", HTMLElement);
  const lossless = format !== "image/jpeg";
  const counted = `${count(kept)} pixels kept.`;
  verdict.replaceChildren(...sentence(counted, lossless ? "None changed." : "Nearly as sent."));
  if (check === null) {
    note.textContent = "Comparing them in this browser…";
  } else if (check.changed === 0) {
    note.textContent = `This browser compared ${count(check.kept)} of them with your file: every one is the same.`;
  } else if (lossless) {
    note.textContent = `As this browser decodes both files, ${count(check.changed)} of ${count(check.kept)} differ, by ${check.largest} of 255 at most: it does not decode your file as the service does.`;
  } else {
    note.textContent = `JPEG is lossy: ${count(check.changed)} of ${count(check.kept)} differ, by up to ${check.largest} of 255. PNG and WebP keep each of them.`;
  }
}

/** The plain facts of an edit, and what it warns of. */
export function tellFacts(edit: Edit, index: number): void {
  const output = edit.outputs[index];
  const { predict_ms: predict } = edit.metrics;
  const facts: [string, string][] = [
    ["Size", output === undefined ? "–" : `${output.width} × ${output.height}`],
    ["Seed", String(output?.seed ?? "–")],
    ["Time", predict === null ? "–" : `${(predict / 1000).toFixed(1)} s`],
    ["Charged", credits(edit.price.charged)],
  ];
  const rows = facts.map(([name, value]) => {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const description = document.createElement("dd");
    term.textContent = name;
    description.textContent = value;
    row.append(term, description);
    return row;
  });
  element("facts", HTMLElement).replaceChildren(...rows);
  const warnings = edit.warnings.map(({ detail }) => {
    const item = document.createElement("li");
    item.textContent = detail;
    return item;
  });
  element("warnings", HTMLElement).replaceChildren(...warnings);
}
