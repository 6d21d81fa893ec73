import type { ProblemCode } from "../../../schemas/problem-catalogue.ts";
import { jpeg, png } from "../../pure/images/files.ts";
import * as api from "../harness/api.ts";
import {
  complete,
  createUpload,
  mintToken,
  pictureOf,
  putPart,
  tokenOf,
} from "../harness/clients.ts";

/** A body of which the first bytes come, and nothing more for as long as anyone waits. */
function stalling(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(png(64, 64)),
    pull: () => new Promise(() => undefined),
  });
}

/** How the codes of uploads and client tokens are met over HTTP. */
export const clientProvocations = {
  body_too_slow: async () => {
    const { upload_url } = await createUpload((await api.customer()).key);
    return api.send("PUT", upload_url ?? "", {
      body: stalling(),
      headers: { "content-length": "1000" },
      environment: { BODY_SECONDS: "0.05" },
    });
  },
  token_invalid: async () => {
    const token = await mintToken((await api.customer()).key);
    return api.send("GET", "/v1/edits", {
      token: `${token.slice(0, -1)}${token.endsWith("A") ? "E" : "A"}`,
    });
  },
  token_expired: async () => {
    const token = tokenOf(await api.customer(), { expiresAt: Date.now() - 1 });
    return api.send("GET", "/v1/edits", { token });
  },
  token_not_allowed: async () =>
    api.send("GET", "/v1/account", { token: await mintToken((await api.customer()).key) }),
  token_task_not_allowed: async () =>
    api.createEdit(await mintToken((await api.customer()).key, { tasks: ["erase"] })),
  token_limit_reached: async () =>
    api.createEdit(await mintToken((await api.customer()).key, { spending_limit: 5_999 })),
  upload_incomplete: async () => {
    const { key } = await api.customer();
    const file = pictureOf(6_000_000, png(640, 480));
    const upload = await createUpload(key, { method: "parts", bytes: file.length });
    await putPart(upload, 2, file);
    return complete(key, upload.id);
  },
  upload_mismatch: async () => {
    const { key } = await api.customer();
    const { upload_url } = await createUpload(key, { content_type: "image/png" });
    return api.put(upload_url ?? "", jpeg(640, 480));
  },
  upload_direct_disabled: async () =>
    api.send("POST", "/v1/uploads", {
      token: (await api.customer()).key,
      json: { method: "direct", bytes: 100, content_type: "image/png" },
    }),
} satisfies Partial<Record<ProblemCode, () => Promise<Response>>>;
