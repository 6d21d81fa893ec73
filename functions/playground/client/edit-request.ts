import type { MaskedContent, OutputFormat, Sampler } from "../../../schemas/edit.ts";
import type { PlaygroundTask } from "../page-settings.ts";
import { sides, type Margins } from "./margins.ts";

/** What a person has chosen beside the picture and the mask. */
export interface Choices {
  readonly task: PlaygroundTask;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly steps: number;
  readonly n: number;
  /** Null where the service draws one. */
  readonly seed: number | null;
  /** What painting starts from. */
  readonly content: MaskedContent;
  /** How much of it is painted anew; noise alone always is. */
  readonly strength: number;
  /** Pixels over which the fill fades in. */
  readonly feather: number;
  readonly guidance: number;
  readonly sampler: Sampler;
  readonly format: OutputFormat;
  readonly margins: Margins;
}

/** A file of a request, by the name it has on disk. */
interface RequestFile {
  readonly field: "image" | "mask" | "example";
  readonly name: string;
}

/** A request as it is sent, apart from the bytes of its files. */
export interface EditRequestForm {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly files: readonly RequestFile[];
}

/** Whether a task is told what to paint. */
export function readsPrompt(task: PlaygroundTask): boolean {
  return task === "inpaint" || task === "outpaint";
}

/** Whether a task takes a mask; outpainting derives its own. */
export function takesMask(task: PlaygroundTask): boolean {
  return task !== "outpaint";
}

/** The request of some choices. What the service would fill in itself is left out, except the steps: they cost. */
export function editRequest(
  choices: Choices,
  names: { readonly image: string; readonly example: string | null },
  usualSampler: Sampler,
): EditRequestForm {
  const { task, margins } = choices;
  const fields: [string, string][] = [["task", task]];
  const prompted = readsPrompt(task);
  if (prompted && choices.prompt !== "") fields.push(["prompt", choices.prompt]);
  if (prompted && choices.negativePrompt !== "") {
    fields.push(["negative_prompt", choices.negativePrompt]);
  }
  fields.push(["steps", String(choices.steps)]);
  if (choices.n !== 1) fields.push(["n", String(choices.n)]);
  if (choices.seed !== null) fields.push(["seed", String(choices.seed)]);
  if (choices.content !== "noise") {
    fields.push(["masked_content", choices.content], ["strength", String(choices.strength)]);
  }
  if (choices.feather !== 0) fields.push(["feather", String(choices.feather)]);
  if (choices.guidance !== 7.5) fields.push(["guidance", String(choices.guidance)]);
  if (choices.sampler !== usualSampler) fields.push(["sampler", choices.sampler]);
  if (choices.format !== "png") fields.push(["output_format", choices.format]);
  for (const side of task === "outpaint" ? sides : []) {
    if (margins[side] > 0) fields.push([side, String(margins[side])]);
  }

  const files: RequestFile[] = [{ field: "image", name: names.image }];
  if (takesMask(task)) files.push({ field: "mask", name: "mask.png" });
  if (task === "paint_by_example" && names.example !== null) {
    files.push({ field: "example", name: names.example });
  }
  return { fields, files };
}
