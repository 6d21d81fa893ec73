import { refuseField } from "../../errors/refusal.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import type { Asked } from "../asked.ts";
import { FormFile } from "../form.ts";
import { readParameters, type Read, type Rules } from "../mapping.ts";
import type { Order } from "../order.ts";
import type { TakenEdit } from "../../api/edits/multipart-intake.ts";
import { openAiEdit, openAiGeneration, sidesOf } from "./parameters.ts";

/** How a request wants its answer. */
export interface Wanted {
  readonly stream: boolean;
  readonly partialImages: number;
  readonly responseFormat: "b64_json" | "url";
}

/** The order of an edit's form or JSON, and how it is to be answered. */
export function readEdit(sent: Readonly<Record<string, unknown>>): {
  order: Order;
  wanted: Wanted;
} {
  const { asked, pictures, names, answers } = read(openAiEdit, withPictures(sent));
  const size = sidesOf(answers["size"]);
  return {
    wanted: wantedBy(answers),
    order: {
      // Transparent is repainted, as OpenAI has it, unless the request says otherwise.
      asked: { ...(pictures.has("mask") ? { mask_mode: "alpha" } : {}), ...asked, task: "inpaint" },
      pictures,
      names,
      surface: { name: "openai" },
      ...(size === null ? {} : { check: (taken) => checkSize(size, taken) }),
    },
  };
}

/** The same for a generation. */
export function readGeneration(sent: Readonly<Record<string, unknown>>): {
  order: Order;
  wanted: Wanted;
} {
  const { asked, pictures, names, answers } = read(openAiGeneration, sent);
  return {
    wanted: wantedBy(answers),
    order: {
      asked: { ...asked, task: "text_to_image" },
      pictures,
      names,
      surface: { name: "openai" },
    },
  };
}

function read(rules: Rules, sent: Readonly<Record<string, unknown>>): Read<string | FormFile> {
  const isPicture = (value: unknown): value is string | FormFile =>
    typeof value === "string" || value instanceof FormFile;
  const { asked, ...rest } = unwrap(readParameters(rules, sent, "", isPicture));
  return { ...rest, asked: withoutIdleQuality(asked) };
}

/** 100 is OpenAI's usual compression, which a PNG may be asked for as well. */
function withoutIdleQuality(asked: Asked): Asked {
  const { quality, ...rest } = asked;
  return quality === 100 && (asked.output_format ?? "png") === "png" ? rest : asked;
}

/** JSON names its pictures in objects: `images: [{ image_url }]` and `mask: { file_id }`. */
function withPictures(sent: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { images, image, mask, ...rest } = sent;
  const listed = Array.isArray(images)
    ? (images as unknown[])
    : images === undefined
      ? []
      : [images];
  const all = [...(Array.isArray(image) ? (image as unknown[]) : [image]), ...listed]
    .filter((one) => one !== undefined && one !== null)
    .map(reference);
  if (all.length > 1) {
    const detail = "One picture is changed at a time. Send one image.";
    throw new ProblemError(refuseField("parameter_unsupported", "/image", detail));
  }
  return {
    ...rest,
    ...(all.length === 0 ? {} : { image: all[0] }),
    ...(mask === undefined || mask === null ? {} : { mask: reference(mask) }),
  };
}

function reference(sent: unknown): unknown {
  if (typeof sent !== "object" || sent === null || sent instanceof FormFile) return sent;
  const { image_url, file_id } = sent as { image_url?: unknown; file_id?: unknown };
  return image_url ?? file_id ?? sent;
}

function wantedBy(answers: Read<unknown>["answers"]): Wanted {
  return {
    stream: answers["stream"] === true,
    partialImages: (answers["partial_images"] as number | undefined) ?? 0,
    responseFormat: answers["response_format"] === "url" ? "url" : "b64_json",
  };
}

/** A result is as large as its picture: another size is refused, and none can be told of a picture sent ahead. */
function checkSize(
  size: { readonly width: number; readonly height: number },
  { image }: TakenEdit["pictures"],
): void {
  const sides = image?.from === "staged" ? image.image : null;
  if (sides?.width === size.width && sides.height === size.height) return;
  const own = sides === null ? "" : ` It has ${sides.width}x${sides.height}.`;
  const detail = `A result is as large as its picture.${own} Send size=auto.`;
  throw new ProblemError(refuseField("parameter_unsupported", "/size", detail));
}
