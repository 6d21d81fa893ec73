import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { greyPng } from "../harness/grey-png.ts";
import { photograph } from "../harness/system.ts";
import { derivedPath, expectKept, poorKey, python, type Running } from "./running.ts";

/** What the Python clients do with edits: one script runs both, and these look at what it tells. */
export function pythonSuite(running: () => Running): void {
  let told: { replicate: Record<string, unknown>; openai: Record<string, unknown> };

  beforeAll(async () => {
    const { stack, key } = running().system;
    const poor = await poorKey(running().system);
    const empty = join(mkdtempSync(join(tmpdir(), "inlay-empty-")), "empty.png");
    writeFileSync(empty, greyPng(800, 450, 0));
    const script = join(import.meta.dirname, "clients.py");
    const { stdout } = await promisify(execFile)(
      python,
      [script, photograph.image, photograph.mask, empty, derivedPath("alpha")],
      { env: { ...process.env, INLAY_URL: stack.url, INLAY_KEY: key, INLAY_POOR: poor } },
    );
    told = JSON.parse(stdout) as typeof told;
  });

  it("replicate uploads, creates, waits, lists, deletes, cancels, and is told what is wrong", () => {
    const { result, ...rest } = told.replicate;
    expectKept(readFileSync(result as string));
    expect(rest).toEqual({
      file: { name: "dandelions.jpg", metadata: { album: "lawn" } },
      waited: { status: "succeeded", current: 2 },
      canceled: "canceled",
      listed: true,
      files: { listed: true, deleted: true, left: false },
      secret: "whsec_",
      failed: expect.stringMatching(/^mask_empty: /) as string,
      unknown: [404, "There is no such model"],
      invalid: [422, "A mask is required"],
      stranger: 401,
      poor: 402,
    });
  });

  it("openai edits, streams, cancels by going away, and is told what is wrong", () => {
    const { result, streamed, ...rest } = told.openai;
    expectKept(readFileSync(result as string));
    expectKept(readFileSync(streamed as string));
    expect(rest).toEqual({
      last: "image_edit.completed",
      invalid: ["request_invalid", "n"],
      failed: "mask_empty",
      stranger: "invalid_api_key",
      poor: "insufficient_quota",
      left: "canceled",
    });
  });
}
