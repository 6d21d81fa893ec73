import { createMiddleware } from "hono/factory";
import { limits } from "../../schemas/limits.ts";
import { inTime } from "../images/body.ts";
import type { AppEnv } from "./app-env.ts";
import { bodyDeadline } from "./signed-request.ts";

/**
 * Reads what a request has still to send before it is answered. A server that answers and closes while a picture is
 * on its way breaks the sender's connection, and the sender reads of that and not of what was wrong (RFC 9112, 9.6).
 * A body of more than the largest that is taken anywhere, or one that is too slow, is not waited for.
 */
export const readToTheEnd = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  const { body } = c.req.raw;
  if (body === null || body.locked || tooLong(c.req.header("content-length"))) return;
  let length = 0;
  try {
    for await (const chunk of inTime({ body, signal: bodyDeadline(c) })) {
      length += chunk.length;
      if (length > limits.multipartBytes) return;
    }
  } catch {
    // Too slow, or the sender has gone: the answer stands.
  }
});

function tooLong(contentLength: string | undefined): boolean {
  return Number(contentLength ?? 0) > limits.multipartBytes;
}
