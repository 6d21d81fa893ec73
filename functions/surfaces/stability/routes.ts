import type { Edit } from "../../../schemas/edit.ts";
import type { AppContext } from "../../api/app-env.ts";
import { unwrap } from "../../errors/problem-error.ts";
import { endedEdit, goodEnd } from "../ended.ts";
import { recordOf } from "../follow.ts";
import { FormFile, type SentForm } from "../form.ts";
import { readParameters } from "../mapping.ts";
import { placeForm, type Order } from "../order.ts";
import { outputFile } from "../output-file.ts";
import { pathParameter, type SurfaceRoute } from "../surface-route.ts";
import { base64Of, textStream } from "../text-stream.ts";
import { jsonAnswer, stabilityStates, traitsOf, wantsJson } from "./answer.ts";
import { stabilityOperations, type StabilityOperation } from "./parameters.ts";

const summaries: Readonly<Record<StabilityOperation, string>> = {
  inpaint: "repaint what the mask marks",
  erase: "remove what the mask marks",
  outpaint: "paint outward",
};

/** Stability's edits, as far as they are Inlay's. */
export const stabilityRoutes: readonly SurfaceRoute[] = [
  ...(Object.keys(summaries) as StabilityOperation[]).map((operation): SurfaceRoute => ({
    method: "POST",
    path: `/v2beta/stable-image/edit/${operation}`,
    takes: "multipart/form-data",
    summary: summaries[operation],
    handle: (c) => editImage(c, operation),
  })),
  {
    method: "GET",
    path: "/v2beta/results/:id",
    summary: "the result of an edit: 202 until it is there",
    handle: getResult,
  },
];

/** Waits for the picture; under `Prefer: respond-async` (RFC 7240) answers with the id of the result at once. */
async function editImage(c: AppContext, operation: StabilityOperation): Promise<Response> {
  const placed = await placeForm(c, (form) => readOrder(operation, form));
  if (/(^|,)\s*respond-async\s*(;|,|$)/i.test(c.req.header("prefer") ?? "")) {
    return c.json({ id: placed.id }, 202, { "preference-applied": "respond-async" });
  }
  return answer(c, await endedEdit(c, placed.id));
}

async function getResult(c: AppContext): Promise<Response> {
  const id = pathParameter(c, "id");
  const { edit } = await recordOf(c, id);
  if (stabilityStates[edit.status] === "202 in-progress") {
    return c.json({ id, status: "in-progress" }, 202);
  }
  return answer(c, goodEnd(edit));
}

function readOrder(operation: StabilityOperation, form: SentForm): Order {
  const isPicture = (value: unknown): value is FormFile => value instanceof FormFile;
  const { asked, pictures, names } = unwrap(
    readParameters(stabilityOperations[operation], form, "", isPicture),
  );
  return {
    // Masks come in any size there.
    asked: { ...asked, ...(pictures.has("mask") ? { mask_resize: true } : {}), task: operation },
    pictures,
    names,
    surface: { name: "stability" },
  };
}

async function answer(c: AppContext, edit: Edit): Promise<Response> {
  const [output] = edit.outputs;
  const file = await outputFile(c, output?.url ?? "");
  const { finish_reason, seed } = traitsOf(edit);
  c.header("inlay-edit", edit.id);
  if (wantsJson(c.req.header("accept"))) {
    const text = jsonAnswer(edit, base64Of(file.body));
    return c.body(textStream(text), 200, { "content-type": "application/json" });
  }
  return c.body(file.body, 200, {
    "content-type": output?.content_type ?? "image/png",
    "content-length": String(file.size),
    "finish-reason": finish_reason,
    seed: String(seed),
  });
}
