import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Edit } from "../../schemas/edit.ts";
import { call, follow } from "./customer.ts";

const photoFolder = join(import.meta.dirname, "./photo");
const modelImage = join(import.meta.dirname, "../../model-image");

/** The photograph that the repository carries, and what to remove from it. */
export const demonstration = {
  image: join(photoFolder, "dandelions.jpg"),
  mask: join(photoFolder, "mask.png"),
};

/**
 * Sends one edit of the photograph as a customer would, shows its progress, and writes input | mask | result side by
 * side to `target`. Returns the finished edit; throws where it did not succeed.
 */
export async function demonstrate(url: string, key: string, target: string): Promise<Edit> {
  const form = new FormData();
  form.set("task", "erase");
  form.set("seed", "9");
  form.set("image", new Blob([readFileSync(demonstration.image)]), "dandelions.jpg");
  form.set("mask", new Blob([readFileSync(demonstration.mask)]), "mask.png");
  const created = await call<Edit>(url, key, "POST", "/v1/edits", form);
  const finished = await follow(url, key, created.id, showProgress);
  process.stdout.write("\n");
  const output = finished.outputs[0]?.url;
  if (finished.status !== "succeeded" || output === undefined || output === null) {
    throw new Error(
      `The demonstration edit ended as ${finished.status}: ${finished.error?.detail}`,
    );
  }
  const result = `${target}.result.png`;
  writeFileSync(result, new Uint8Array(await (await fetch(output)).arrayBuffer()));
  const files = [demonstration.image, demonstration.mask, result, target];
  const joined = spawnSync(
    join(modelImage, ".venv/bin/python"),
    ["-m", "inlay.side_by_side", ...files],
    { cwd: modelImage, encoding: "utf8" },
  );
  if (joined.status !== 0) throw new Error(`The picture could not be written: ${joined.stderr}`);
  return finished;
}

function showProgress(edit: Edit): void {
  const share = edit.status === "succeeded" ? 1 : edit.progress;
  const filled = Math.round(share * 30);
  const bar = "█".repeat(filled) + "·".repeat(30 - filled);
  process.stdout.write(
    `\r  ${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${edit.status}   `,
  );
}
