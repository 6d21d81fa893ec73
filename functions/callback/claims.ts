import type { AppContext } from "../api/app-env.ts";
import { bodyRefusal, putBody, signedGrant } from "../api/signed-request.ts";
import { readConfiguration } from "../env.ts";
import { ProblemError } from "../errors/problem-error.ts";
import { BodyError, inTime } from "../images/body.ts";
import { readClaimKey, signClaim } from "../provenance/claim-signer.ts";

/** Signs what the container has to say of an output. The key does not leave the edge. */
export async function signOutputClaim(c: AppContext): Promise<Response> {
  const { maxBytes } = signedGrant(c);
  const { C2PA_KEY: pem } = readConfiguration(c.env);
  if (pem === "") {
    const detail = "This deployment signs no claims any more. Try the edit again.";
    throw new ProblemError({ code: "request_invalid", detail });
  }
  const claim = await readClaim(c, maxBytes);
  const signed = await signClaim(await readClaimKey(pem), claim);
  if (!signed.ok) {
    const detail = "Send what COSE has signed of a claim; this is something else.";
    throw new ProblemError({ code: "request_malformed", detail });
  }
  return c.body(signed.value, 200, { "content-type": "application/octet-stream" });
}

async function readClaim(c: AppContext, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { contentLength, ...arriving } = putBody(c, maxBytes);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of inTime(arriving)) chunks.push(chunk);
  } catch (error) {
    throw error instanceof BodyError ? bodyRefusal(error.problem) : error;
  }
  const claim = new Uint8Array(Buffer.concat(chunks));
  if (claim.length !== contentLength) throw bodyRefusal("length_differs");
  return claim;
}
