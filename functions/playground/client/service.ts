import type { Account } from "../../../schemas/account.ts";
import type { Edit } from "../../../schemas/edit.ts";
import type { Problem } from "../../../schemas/problem.ts";
import type { Trouble } from "./journey.ts";

/** The service refused, or could not be reached. */
export class ServiceError extends Error {
  readonly trouble: Trouble;
  /** The HTTP status; null where there was no answer. */
  readonly status: number | null;

  constructor(trouble: Trouble, status: number | null) {
    super(trouble.title);
    this.trouble = trouble;
    this.status = status;
  }
}

const unreachable = () =>
  new ServiceError(
    {
      title: "The service cannot be reached",
      detail: "Check the connection, then try again.",
      code: null,
      requestId: null,
    },
    null,
  );

/** A refusal from what the service answered, whether it is a problem or something from between. */
function refusal(status: number, text: string, requestId: string | null): ServiceError {
  let problem: Partial<Problem> = {};
  try {
    problem = JSON.parse(text) as Partial<Problem>;
  } catch {
    // Not the service's own words: the status has to do.
  }
  const { title = `The service answered ${status}`, detail = "Try again in a moment." } = problem;
  const { code = null, request_id = null } = problem;
  return new ServiceError({ title, detail, code, requestId: request_id ?? requestId }, status);
}

/** An edit that was accepted, and the id of the request that made it. */
export interface Created {
  readonly edit: Edit;
  readonly requestId: string | null;
}

/** The address on this host: pictures are asked for where the page came from, whatever the service calls itself. */
function here(url: string): string {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

/** Calls of the API with a key. */
export class Service {
  readonly #key: () => string | null;

  constructor(key: () => string | null) {
    this.#key = key;
  }

  account(key?: string): Promise<Account> {
    return this.#json("GET", "/v1/account", key);
  }

  edit(id: string, signal?: AbortSignal): Promise<Edit> {
    return this.#json("GET", `/v1/edits/${id}`, undefined, signal);
  }

  cancel(id: string): Promise<Edit> {
    return this.#json("POST", `/v1/edits/${id}/cancel`);
  }

  /** The newest preview of an edit that runs; null while there is none. */
  async preview(url: string, signal: AbortSignal): Promise<Blob | null> {
    const answer = await this.#fetch("GET", here(url), undefined, signal, {
      prefer: "return=minimal",
    });
    return answer.status === 200 ? answer.blob() : null;
  }

  /** An output's file. */
  async output(url: string): Promise<Blob> {
    return (await this.#fetch("GET", here(url))).blob();
  }

  /**
   * Creates an edit, telling how much of it is on its way. A broken connection is tried again with the same idempotency
   * key, so that there is one edit whatever happens.
   */
  async create(
    form: FormData,
    onSent: (share: number) => void,
    signal: AbortSignal,
  ): Promise<Created> {
    const random = crypto.getRandomValues(new Uint8Array(16));
    const idempotencyKey = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join(
      "",
    );
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#post(form, idempotencyKey, onSent, signal);
      } catch (error) {
        const lost = error instanceof ServiceError && error.status === null;
        if (!lost || attempt === 3 || signal.aborted) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1_000 * attempt));
      }
    }
  }

  /** The one request that is not fetched: only XMLHttpRequest tells how much of it is sent. */
  #post(
    form: FormData,
    idempotencyKey: string,
    onSent: (share: number) => void,
    signal: AbortSignal,
  ): Promise<Created> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", "/v1/edits");
      request.setRequestHeader("authorization", `Bearer ${this.#key() ?? ""}`);
      request.setRequestHeader("idempotency-key", idempotencyKey);
      request.upload.addEventListener("progress", ({ loaded, total }) => onSent(loaded / total));
      request.addEventListener("error", () => reject(unreachable()));
      request.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
      request.addEventListener("load", () => {
        const { status, responseText } = request;
        const requestId = request.getResponseHeader("x-request-id");
        if (status === 202) resolve({ edit: JSON.parse(responseText) as Edit, requestId });
        else reject(refusal(status, responseText, requestId));
      });
      signal.addEventListener("abort", () => request.abort());
      request.send(form);
    });
  }

  async #json<Answer>(
    method: string,
    path: string,
    key?: string,
    signal?: AbortSignal,
  ): Promise<Answer> {
    return (await this.#fetch(method, path, key, signal)).json() as Promise<Answer>;
  }

  async #fetch(
    method: string,
    path: string,
    key: string | null = this.#key(),
    signal?: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const authorization = `Bearer ${key ?? ""}`;
    const init = { method, headers: { authorization, ...headers }, ...(signal && { signal }) };
    const answer = await fetch(path, init).catch((error: unknown) => {
      throw signal?.aborted ? error : unreachable();
    });
    if (answer.ok) return answer;
    throw refusal(answer.status, await answer.text(), answer.headers.get("x-request-id"));
  }
}
