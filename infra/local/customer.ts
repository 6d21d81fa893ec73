import type { Account, IssuedKey } from "../../schemas/account.ts";
import type { Edit } from "../../schemas/edit.ts";
import type { Problem } from "../../schemas/problem.ts";

/** An answer of the API that is a problem. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

/** Calls the API as an operator does: makes an account with credits and issues a key. */
export async function createCustomer(
  url: string,
  adminSecret: string,
  credits: number,
): Promise<{ readonly account: string; readonly key: string }> {
  const { id } = await call<Account>(url, adminSecret, "POST", "/v1/admin/accounts", {});
  const base = `/v1/admin/accounts/${id}`;
  await call(url, adminSecret, "POST", `${base}/grants`, {
    amount: credits,
    external_id: `welcome-${id}`,
  });
  const { key } = await call<IssuedKey>(url, adminSecret, "POST", `${base}/keys`, {
    name: "local",
  });
  return { account: id, key };
}

/** One call of the API; a problem is thrown as an ApiError. */
export async function call<Answer>(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const form = body instanceof FormData;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined || form ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  });
  const answer = response.status === 204 ? null : await response.json<unknown>();
  if (!response.ok) throw new ApiError(answer as Problem);
  return answer as Answer;
}

/** Polls an edit until it has ended, telling of each look. */
export async function follow(
  url: string,
  key: string,
  id: string,
  look: (edit: Edit) => void,
): Promise<Edit> {
  for (;;) {
    const edit = await call<Edit>(url, key, "GET", `/v1/edits/${id}`);
    look(edit);
    if (!["queued", "starting", "processing"].includes(edit.status)) return edit;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
