import { apiError, ConnectionError } from "./errors.ts";

export interface ClientOptions {
  /** An API key, `inlay_live_...`. */
  readonly apiKey: string;
  /** Where the deployment is, such as `https://inlay.example.com`. */
  readonly baseUrl: string;
  /** Tries after the first, of what may be tried again; 4 where nothing is said. */
  readonly maxRetries?: number;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface RequestOptions {
  readonly body?: FormData | Blob | object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the same request sent twice does no more than once: everything but a POST without a key. */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** One wait between tries grows to so many milliseconds at most, unless `Retry-After` says more. */
const longestWait = 8_000;

/** Sends requests with the account's key, again where that may help, and turns refusals into errors. */
export class Transport {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** The JSON that a request is answered with. */
  async json<Answer>(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const response = await this.send(method, path, options);
    return response.status === 204 ? (undefined as Answer) : response.json<Answer>();
  }

  /**
   * The answer of a request that was not refused. Tried again are: 429, whatever the request; and what is repeatable,
   * after a failed connection, a 5xx, or a 409 that says that the first try is still at work. `Retry-After` is waited
   * for; without it, half a second, doubled each time, with up to half of it taken off by chance.
   */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const { maxRetries = 4, random = Math.random, sleep = pause } = this.#options;
    const repeatable = options.repeatable ?? method !== "POST";
    for (let attempt = 0; ; attempt++) {
      const failure = await this.#attempt(method, path, options);
      if (failure instanceof Response) return failure;
      const again =
        failure instanceof ConnectionError
          ? repeatable
          : failure.status === 429 ||
            (repeatable && (failure.status >= 500 || failure.code === "idempotency_in_progress"));
      if (!again || attempt >= maxRetries || options.signal?.aborted === true) throw failure;
      const wait = Math.min(500 * 2 ** attempt, longestWait) * (1 - random() / 2);
      const told = failure instanceof ConnectionError ? null : failure.retryAfter;
      await sleep(told === null ? wait : told * 1000);
    }
  }

  async #attempt(method: string, path: string, { body, headers, signal }: RequestOptions) {
    const { apiKey, baseUrl, fetch: ask = fetch } = this.#options;
    const raw = body instanceof FormData || body instanceof Blob;
    // Signed URLs are whole, and need no key.
    const absolute = /^https?:/.test(path);
    const init: RequestInit = {
      method,
      headers: {
        ...(absolute ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(body === undefined || raw ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    try {
      const url = absolute ? path : `${baseUrl.replace(/\/$/, "")}${path}`;
      const response = await ask(url, init);
      return response.ok ? response : await apiError(response);
    } catch (cause) {
      return new ConnectionError(`${method} ${path} got no answer.`, { cause });
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
