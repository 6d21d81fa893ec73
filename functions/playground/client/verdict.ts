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

/** How a comparison of the kept pixels stands. */
export type Comparison = KeptCheck | "running" | "impossible";

/**
 * What became of the kept pixels, in large letters: how many the service kept, and what this browser found when it
 * compared them. Nothing is claimed before it did.
 */
export function tellVerdict(kept: number, lossless: boolean, compared: Comparison): void {
  const { claim, note } = verdictOf(kept, lossless, compared);
  const [verdict, small] = [element("verdict", HTMLElement), element("verdict-note", HTMLElement)];
  verdict.replaceChildren(...sentence(`${count(kept)} pixels kept.`, claim));
  small.textContent = note;
}

function verdictOf(kept: number, lossless: boolean, compared: Comparison) {
  if (compared === "running") {
    return { claim: "Comparing…", note: "This browser compares each of them with your file." };
  }
  if (compared === "impossible") {
    return {
      claim: "Set in anew.",
      note: "By the service's count: this picture has another size.",
    };
  }
  const { changed, largest } = compared;
  const differ = `${count(changed)} of ${count(compared.kept)} differ, by up to ${largest} of 255`;
  if (changed === 0) {
    const all = compared.kept === kept ? "them" : `${count(compared.kept)} of them`;
    const note = `This browser compared ${all} with your file: every one is the same.`;
    return { claim: "None changed.", note };
  }
  return lossless
    ? { claim: "Decoded otherwise here.", note: `As this browser decodes both files, ${differ}.` }
    : {
        claim: "Nearly as sent.",
        note: `JPEG is lossy: ${differ}. PNG and WebP keep each of them.`,
      };
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
