import { ascii, png } from "../../pure/images/files.ts";
import { manifest } from "../../pure/account/fixtures.ts";
import type { Manifest } from "../../../schemas/manifest.ts";
import { callback, containerUrl, put } from "./api.ts";

/** An attempt, by whom and for what it was started. */
export interface Attempt {
  readonly account: string;
  readonly edit: string;
  readonly attempt?: number;
}

/** Puts an attempt's manifest in its place, as the container does at its end. */
export async function putManifest(to: Attempt, fields: Partial<Manifest> = {}): Promise<void> {
  const { account, edit, attempt = 1 } = to;
  const content = { ...manifest(edit, attempt, fields.status === "failed" ? 0 : 1), ...fields };
  await put(
    containerUrl({ purpose: "manifest", method: "PUT", account, edit, attempt, maxBytes: 65_536 }),
    ascii(JSON.stringify(content)),
    "application/json",
  );
}

/** Puts the manifest and reports success. */
export async function deliverManifest(
  to: Attempt,
  fields: Partial<Manifest> = {},
): Promise<Response> {
  await putManifest(to, fields);
  const prediction = { id: "p", status: "succeeded", output: "succeeded" };
  return callback(to.account, to.edit, prediction, to.attempt ?? 1);
}

/** Brings one output and the manifest, and reports success. */
export async function deliverResult(to: Attempt): Promise<Response> {
  const { account, edit, attempt = 1 } = to;
  const url = containerUrl({ purpose: "output", method: "PUT", account, edit, attempt });
  await put(url, png(640, 480));
  return deliverManifest(to);
}

/** Ends an attempt with what only the container can see. */
export async function deliverFailure(to: Attempt, code: string): Promise<Response> {
  const error = { code, detail: "Send another picture." } as Manifest["error"];
  return deliverManifest(to, { status: "failed", error });
}
