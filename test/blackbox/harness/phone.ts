import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { photograph } from "./system.ts";

const python = join(import.meta.dirname, "../../../model-image/.venv/bin/python");

/** A photograph of several mebibytes that lies on its side, as a phone writes it, and its upright mask: their paths. */
export function phonePhoto(): { readonly image: string; readonly mask: string } {
  const folder = mkdtempSync(join(tmpdir(), "inlay-phone-"));
  const script = join(import.meta.dirname, "phone_photo.py");
  execFileSync(python, [script, photograph.image, photograph.mask, folder]);
  return { image: join(folder, "photo.jpg"), mask: join(folder, "mask.png") };
}

/** PUTs a file to a signed URL, with nothing but what the URL says. */
export async function putFile(
  url: string | null | undefined,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url ?? "", { method: "PUT", body: bytes, headers });
}

/** Begins a PUT and drops the connection halfway, as a phone does in a tunnel. */
export async function dropHalfway(url: string, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    const headers = { "content-length": bytes.length };
    const put = request(url, { method: "PUT", headers }, () => undefined);
    put.on("error", () => resolve());
    put.on("close", () => resolve());
    put.write(bytes.subarray(0, bytes.length / 2), () => put.destroy());
  });
}
