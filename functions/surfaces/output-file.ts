import type { AppContext } from "../api/app-env.ts";
import { readConfiguration } from "../env.ts";
import { ProblemError } from "../errors/problem-error.ts";
import { outputKey } from "../images/object-keys.ts";
import { verifyUrl } from "../images/signed-url.ts";

/**
 * The file behind an output's signed URL.
 *
 * @throws {ProblemError} `output_gone` where it has been removed.
 */
export async function outputFile(c: AppContext, url: string): Promise<R2ObjectBody> {
  const { SIGNING_KEYS } = readConfiguration(c.env);
  const grant = verifyUrl(SIGNING_KEYS, "GET", new URL(url), Math.floor(Date.now() / 1000));
  const file = grant.ok
    ? await c.env.BUCKET.get(
        outputKey(grant.value.account, grant.value.edit, grant.value.attempt, grant.value.index),
      )
    : null;
  if (file !== null) return file;
  throw new ProblemError({ code: "output_gone", detail: "The file has been removed." });
}
