import { limits } from "../../schemas/limits.ts";
import type { AppContext } from "../api/app-env.ts";
import { ProblemError } from "../errors/problem-error.ts";
import { joinObjects } from "../images/join.ts";
import { partKey } from "../images/object-keys.ts";

/** What of an output a request brings: all of it, a part, or the word that all of its parts are there. */
export type OutputPiece =
  | { readonly type: "whole" }
  | { readonly type: "part"; readonly number: number }
  | { readonly type: "join"; readonly parts: number };

/** Told by `part=n` (from 1) or `parts=m` after the signed URL; what the URL allows stays as it is. */
export function outputPiece(c: AppContext): OutputPiece {
  const part = numberIn(c.req.query("part"));
  const parts = numberIn(c.req.query("parts"));
  if (part !== null) return { type: "part", number: part };
  return parts === null ? { type: "whole" } : { type: "join", parts };
}

/**
 * Makes one object of an output's parts and removes them: 201, or 200 where it was made before. Every part but the last
 * has 32 MiB, and all of them together what the URL allows.
 */
export async function joinOutput(
  c: AppContext,
  output: { readonly key: string; readonly parts: number; readonly maxBytes: number },
  contentType: string,
): Promise<Response> {
  const { BUCKET: bucket } = c.env;
  const { key, parts, maxBytes } = output;
  const pieces = Array.from({ length: parts }, (_, place) => partKey(key, place + 1));
  const options = { httpMetadata: { contentType }, onlyIf: { etagDoesNotMatch: "*" } };
  const there = await Promise.all(pieces.map(async (piece) => (await bucket.head(piece))?.size));
  const made = (await bucket.head(key)) !== null;
  if (!made) {
    checkParts(there, maxBytes);
    const length = there.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    await joinObjects({ bucket, key, pieces, length, options });
  }
  await bucket.delete(pieces);
  return c.body(null, made ? 200 : 201);
}

function checkParts(sizes: readonly (number | undefined)[], maxBytes: number): void {
  const missing = sizes.flatMap((size, place) => (size === undefined ? [place + 1] : []));
  if (missing.length > 0) {
    const detail = `These parts are missing: ${missing.join(", ")}.`;
    throw new ProblemError({ code: "upload_incomplete", detail });
  }
  if (sizes.slice(0, -1).some((size) => size !== limits.outputPartBytes)) {
    const detail = `Every part but the last has ${limits.outputPartBytes} bytes.`;
    throw new ProblemError({ code: "request_malformed", detail });
  }
  const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  if (total > maxBytes) {
    const detail = `At most ${maxBytes} bytes are taken here; the parts have ${total}.`;
    throw new ProblemError({ code: "body_too_large", detail });
  }
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d?$/.test(text) ? Number(text) : null;
}
