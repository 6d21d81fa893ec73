import type { ProblemCode } from "../../schemas/problem-catalogue.ts";
import { err, ok, type Result } from "../result.ts";
import { checkPublicUrl, isLoopback } from "./public-url.ts";
import { lookUp, type Resolve } from "./resolver.ts";

export interface FetchImageRequest {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** A signal that aborts after so many milliseconds. */
  readonly deadline: (ms: number) => AbortSignal;
  /** Finds the addresses of a public name. */
  readonly resolve: Resolve;
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
    "image_url_not_allowed" | "image_url_unresolved" | "image_url_unreachable" | "image_too_large"
  >;
  readonly detail: string;
  /** Seconds after which the same URL may be allowed; where it is not refused for good. */
  readonly retryAfter?: number;
}

const maxHops = 3;
const answerWithin = 20_000;

/** How long after a look-up that failed another makes sense, in seconds. */
const resolveAgain = 5;

/**
 * Fetches a remote picture: every hop's address is checked before it is asked, and so is every address that its host
 * has; at most three redirects are followed, and the whole transfer ends within 20 seconds. A host that cannot be looked
 * up is not asked (`image_url_unresolved`, for now). The body is handed on unread.
 */
export async function fetchImage(
  request: FetchImageRequest,
): Promise<Result<FetchedImage, FetchProblem>> {
  const signal = request.deadline(answerWithin);
  let target = request.url;
  for (let hop = 0; hop <= maxHops; hop++) {
    const checked = checkPublicUrl(target, request);
    if (!checked.ok) return err(notAllowed(checked.problem));
    const misled = await checkHost(request.resolve, checked.value.hostname);
    if (misled !== null) return err(misled);
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

/** Why a host is not asked; null where it may be. Loopback has been allowed, or not, by then. */
async function checkHost(resolve: Resolve, host: string): Promise<FetchProblem | null> {
  if (isLoopback(host)) return null;
  const found = await lookUp(resolve, host);
  switch (found.type) {
    case "public":
      return null;
    case "private":
      return notAllowed(found.problem);
    case "nowhere":
      return unreachable(found.problem);
    case "unknown":
      return {
        code: "image_url_unresolved",
        detail: `The URL is not fetched: ${found.problem}. Try again in a moment, or upload the file.`,
        retryAfter: resolveAgain,
      };
    default:
      return found satisfies never;
  }
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

function notAllowed(why: string): FetchProblem {
  return {
    code: "image_url_not_allowed",
    detail: `The URL cannot be used: ${why}. Send a public https URL, or upload the file.`,
  };
}

function unreachable(why: string): FetchProblem {
  return {
    code: "image_url_unreachable",
    detail: `The URL cannot be fetched: ${why}. Check it, or upload the file.`,
  };
}
