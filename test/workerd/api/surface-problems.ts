import { toProblem } from "../../../functions/errors/refusal.ts";
import type { Edit } from "../../../schemas/edit.ts";
import type { ProblemCode } from "../../../schemas/problem-catalogue.ts";
import * as api from "../harness/api.ts";

async function predict(model: string, input: object): Promise<Response> {
  const token = (await api.customer()).key;
  return api.send("POST", `/v1/models/${model}/predictions`, { token, json: { input } });
}

/** The result of an edit by fal's queue, which asks for none before its end. */
async function falResult(after: (key: string, id: string) => Promise<unknown>): Promise<Response> {
  const { key } = await api.customer();
  const { id } = await (await api.createEdit(key)).json<Edit>();
  await after(key, id);
  const path = `/fal/queue/inlay/inpaint/requests/${id}`;
  return asProblem(await api.send("GET", path, { token: key }));
}

/** What a surface with an envelope of its own tells, as the problem that its header names. */
async function asProblem(answer: Response): Promise<Response> {
  const code = answer.headers.get("inlay-error") as ProblemCode;
  const { detail } = await answer.json<{ detail: string }>();
  const problem = toProblem({ code, detail });
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "x-request-id": answer.headers.get("x-request-id") ?? "",
    },
  });
}

/** How the codes of compatible surfaces are met over HTTP. */
export const surfaceProvocations = {
  model_unknown: () => predict("acme/painter", {}),
  parameter_unsupported: () => predict("inlay/inpaint", { disable_safety_checker: true }),
  edit_unfinished: () => falResult(async () => undefined),
  edit_canceled: () =>
    falResult((key, id) => api.send("POST", `/v1/edits/${id}/cancel`, { token: key })),
} satisfies Partial<Record<ProblemCode, () => Promise<Response>>>;
