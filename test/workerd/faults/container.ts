import { manifest } from "../../pure/account/fixtures.ts";
import { ascii, png } from "../../pure/images/files.ts";
import type { Random } from "../../sim/random.ts";
import * as api from "../harness/api.ts";
import type { Prediction } from "./provider.ts";

/** What becomes of a container's run. */
export const fates = {
  done: 0.62,
  refused: 0.08,
  /** Killed with nothing to show. */
  killed: 0.06,
  /** Killed once its result lies in the bucket: no callback comes. */
  silent: 0.1,
  /** Says twice that it is done. */
  doubled: 0.08,
  /** Says that it is at work when it is done already. */
  reordered: 0.06,
} as const;

type Fate = keyof typeof fates;

/** Draws what becomes of a run. */
export function drawFate(random: Random): Fate {
  let draw = random.next();
  for (const [fate, share] of Object.entries(fates)) {
    draw -= share;
    if (draw < 0) return fate as Fate;
  }
  return "done";
}

/** Runs a prediction as the container does, over HTTP alone: inputs in, outputs out, the manifest, and news by callback. */
export async function runContainer({ input, webhook }: Prediction, fate: Fate): Promise<void> {
  const { edit, attempt, n } = input;
  const tell = (status: string) => patiently(() => news(webhook, status));
  for (const url of [input.image_url, input.mask_url]) {
    if (!(await patiently(() => api.send("GET", url)))) return;
  }
  await tell("processing");
  if (fate === "killed") return;
  if (fate !== "refused") {
    for (const url of input.output_urls) {
      if (!(await patiently(() => api.put(url, png(640, 480))))) return;
    }
  }
  const error = { code: "mask_empty", detail: "Send another mask." } as const;
  const result = {
    ...manifest(edit, attempt, fate === "refused" ? 0 : n),
    ...(fate === "refused" ? { status: "failed" as const, error } : {}),
  };
  const written = ascii(JSON.stringify(result));
  const put = () => api.put(input.manifest_url, written, "application/json");
  if (!(await patiently(put)) || fate === "silent") return;
  await tell("succeeded");
  if (fate === "doubled") await tell("succeeded");
  if (fate === "reordered") await tell("processing");
}

async function news(webhook: string, status: string): Promise<Response> {
  const json = { id: "p", status, output: status, logs: "" };
  return api.send("POST", webhook, { token: "callback-token-for-tests", json });
}

/** Sends until the answer is neither an error nor a broken connection; whether it was a success. */
async function patiently(send: () => Promise<Response>): Promise<boolean> {
  for (let tries = 0; tries < 12; tries++) {
    try {
      const answer = await send();
      await answer.arrayBuffer();
      if (answer.status < 500) return answer.ok;
    } catch {
      // The connection broke: the request is sent again.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
