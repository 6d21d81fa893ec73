import type { ProblemCode } from "../../schemas/problem-catalogue.ts";
import { err, ok, type Result } from "../result.ts";
import { checkPublicUrl } from "./public-url.ts";

export interface FetchImageRequest {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** A signal that aborts after so many milliseconds. */
  readonly deadline: (ms: number) => AbortSignal;
  readonly allowLoopback: boolean;
  readonly maxBytes: number;
}

export interface FetchedImage {
  readonly body: ReadableStream<Uint8Array>;
  /** Null where the server does not say. */
  readonly contentLength: number | null;
}

export interface FetchProblem {
  readonly code: Extract<
    ProblemCode,
    "image_url_not_allowed" | "image_url_unreachable" | "image_too_large"
  >;
  readonly detail: string;
}

const maxHops = 3;
const answerWithin = 20_000;

/**
 * Fetches a remote picture: every hop's address is checked before it is asked, at most three redirects are followed,
 * and the whole transfer ends within 20 seconds. The body is handed on unread.
 */
export async function fetchImage(
  request: FetchImageRequest,
): Promise<Result<FetchedImage, FetchProblem>> {
  const signal = request.deadline(answerWithin);
  let target = request.url;
  for (let hop = 0; hop <= maxHops; hop++) {
    const checked = checkPublicUrl(target, request);
    if (!checked.ok) {
      return err({
        code: "image_url_not_allowed",
        detail: `The URL cannot be used: ${checked.problem}. Send a public https URL, or upload the file.`,
      });
    }
    let response: Response;
    try {
      response = await request.fetch(checked.value.href, {
        redirect: "manual",
        signal,
        headers: { accept: "image/png, image/jpeg, image/webp" },
      });
    } catch {
      return err(unreachable("its server does not answer"));
    }
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      target = URL.parse(location, checked.value)?.href ?? "";
      continue;
    }
    return receive(response, request.maxBytes);
  }
  return err(unreachable(`it redirects more than ${maxHops} times`));
}

async function receive(
  response: Response,
  maxBytes: number,
): Promise<Result<FetchedImage, FetchProblem>> {
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    return err(unreachable(`its server answered ${response.status}`));
  }
  const declared = response.headers.get("content-length");
  // A length that was measured before decompression says nothing of the bytes that come.
  const encoded = response.headers.get("content-encoding") !== null;
  const contentLength = declared === null || encoded ? null : Number(declared);
  if (contentLength !== null && contentLength > maxBytes) {
    await response.body.cancel();
    return err({
      code: "image_too_large",
      detail: `The file has ${contentLength} bytes; at most ${maxBytes} are allowed.`,
    });
  }
  return ok({ body: response.body, contentLength });
}

function unreachable(why: string): FetchProblem {
  return {
    code: "image_url_unreachable",
    detail: `The URL cannot be fetched: ${why}. Check it, or upload the file.`,
  };
}
