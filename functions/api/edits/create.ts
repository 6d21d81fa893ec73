import { z } from "@hono/zod-openapi";
import { testProfile } from "../../../schemas/profile.ts";
import {
  type Edit,
  EditRequest,
  ImageReference,
  pictureRoles,
  RequestedParameters,
  requestPictures,
} from "../../../schemas/edit.ts";
import { keptIdempotencyKey } from "../../account/credential.ts";
import type { AcceptedEdit } from "../../account/answers.ts";
import { performNow } from "../../dispatch/perform.ts";
import { readConfiguration } from "../../env.ts";
import { ProblemError, unwrap } from "../../errors/problem-error.ts";
import { kindOf } from "../../keys/account-id.ts";
import { newId } from "../../keys/ids.ts";
import { limitFields, type Limits } from "../../quotas/limits.ts";
import { log } from "../../log.ts";
import { publicResolver, servicesOf } from "../../services.ts";
import type { AppContext } from "../app-env.ts";
import { originOf } from "../origin.ts";
import { bodyDeadline } from "../signed-request.ts";
import { webhookAddress } from "../webhooks/address.ts";
import { answerEdit, preferredWait } from "./answer.ts";
import { isUpload, parsed, takeEach, takeReference, type Destination } from "./intake.ts";
import { checkMultipart, takeMultipart, type TakenEdit } from "./multipart-intake.ts";
import { settleRequest } from "./settle-request.ts";
import { stagedIntake } from "./staged-intake.ts";

const printableKey = /^[\x21-\x7e]{1,255}$/;

/** Headers of a create request, as documented. */
export const CreateHeaders = z.object({
  "idempotency-key": z.string().regex(printableKey).optional().openapi({
    description: "The same key and content give the same edit for 24 hours.",
  }),
  prefer: z.string().optional().openapi({ example: "wait=30" }),
});

/** What every answer of a create tells of the account's limits, refusals of the request included. */
export const LimitHeaders = z.object({
  "ratelimit-policy": z.string().openapi({
    example: '"creates";q=600;w=60, "unfinished";q=200;qu="concurrent-requests"',
    description: "Creates a minute, and edits that may be unfinished at the same time.",
  }),
  ratelimit: z.string().openapi({
    example: '"creates";r=599;t=1, "unfinished";r=199',
    description: "What is left of each, and in how many seconds all creates are there again.",
  }),
});

/** The multipart form of `POST /v1/edits`. */
const EditForm = RequestedParameters.extend(
  requestPictures(ImageReference.openapi({ format: "binary" })),
).openapi("EditForm");

/**
 * `POST /v1/edits`: lets the request in, brings its pictures to R2 and has the account accept it, all or nothing; then
 * dispatches at once. A refused request leaves no file and no hold on its idempotency key.
 */
export async function createEdit(c: AppContext): Promise<Response> {
  const contentType = c.req.header("content-type") ?? "";
  const take = /^multipart\/form-data\s*(;|$)/i.test(contentType) ? fromMultipart : fromJson;
  const edit = await placeEdit(c, (key) => take(c, contentType, key));
  return answerEdit(c, edit, preferredWait(c.req.header("prefer")));
}

/**
 * Has an edit taken in under the request's idempotency key, tells the account's limits with whatever comes of it, and
 * dispatches at once.
 */
export async function placeEdit(
  c: AppContext,
  take: (idempotencyKey: string | null) => Promise<AcceptedEdit>,
): Promise<Edit> {
  const idempotencyKey = readIdempotencyKey(c);
  const accepted = await take(idempotencyKey).catch(async (error: unknown) => {
    tellLimits(c, await limitsAfter(c, error));
    throw error;
  });

  const { edit, replayed, messages, limits } = accepted;
  tellLimits(c, limits);
  c.set("edit", edit.id);
  log("info", replayed ? "edit.replayed" : "edit.accepted", {
    request: c.var.requestId,
    account: c.var.caller.id,
    edit: edit.id,
  });
  const services = servicesOf(c.env);
  c.executionCtx.waitUntil(performNow(services, messages));
  if (replayed) c.header("idempotent-replayed", "true");
  return edit;
}

/** The limits after a refused create, as the account told with its refusal, or tells now. */
async function limitsAfter(c: AppContext, error: unknown): Promise<Limits> {
  if (error instanceof ProblemError && error.refusal.limits) return error.refusal.limits;
  // Who holds no key in force learns that alone, and nothing of the request.
  return unwrap(await c.var.caller.account.limits(c.var.caller.credential));
}

function tellLimits(c: AppContext, limits: Limits): void {
  for (const [name, value] of Object.entries(limitFields(limits))) c.header(name, value);
}

async function fromMultipart(
  c: AppContext,
  contentType: string,
  key: string | null,
): Promise<AcceptedEdit> {
  const request = {
    body: c.req.raw.body,
    contentType,
    contentLength: c.req.header("content-length"),
    signal: bodyDeadline(c),
  };
  checkMultipart(request);
  return staged(c, key, (to) => takeMultipart(to, profileIn(c), request));
}

async function fromJson(
  c: AppContext,
  contentType: string,
  key: string | null,
): Promise<AcceptedEdit> {
  if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new ProblemError({
      code: "content_type_unsupported",
      detail: "Send multipart/form-data or application/json.",
    });
  }
  const body: unknown = await c.req.json().catch(() => {
    throw new ProblemError({
      code: "request_malformed",
      detail: "The body is not valid JSON. Check its syntax.",
    });
  });
  const { image, mask, example, ...asked } = parsed(EditRequest, body);
  const references = { image, mask, example };
  const sent = new Map(
    pictureRoles.flatMap((role) => {
      const reference = references[role];
      return reference === undefined ? [] : [[role, reference] as const];
    }),
  );
  const parameters = unwrap(settleRequest(profileIn(c), asked, [...sent.keys()]));
  const take = async (to: Destination): Promise<TakenEdit> => ({
    parameters,
    pictures: await takeEach(sent, (role, reference) => takeReference(to, role, reference)),
  });
  if ([...sent.values()].every(isUpload)) {
    const to = destination(c);
    return accept(c, to, key, await take(to));
  }
  return staged(c, key, take);
}

/** Runs an intake that writes files, between `authorize` and `accept`. */
export async function staged(
  c: AppContext,
  key: string | null,
  take: (to: Destination) => Promise<TakenEdit>,
): Promise<AcceptedEdit> {
  const to = destination(c);
  const { account, credential } = c.var.caller;
  const request = { ...to, id: to.account, account, credential, idempotencyKey: key };
  return stagedIntake(request, async () => accept(c, to, key, await take(to)));
}

/** Has the account accept an edit whose pictures are in their place. */
export async function accept(
  c: AppContext,
  to: Destination,
  idempotencyKey: string | null,
  taken: TakenEdit,
): Promise<AcceptedEdit> {
  const { webhook } = taken.parameters;
  if (webhook !== undefined) webhookAddress(c, webhook, "/webhook");
  const { account, credential } = c.var.caller;
  const accepted = await account.accept({
    ...taken,
    credential,
    edit: to.edit,
    origin: originOf(c),
    profile: profileIn(c),
    seed: crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    idempotencyKey,
  });
  return unwrap(accepted);
}

/** The profile that the caller's edits are painted with: the deployment's, or the one for tests. */
export function profileIn(c: AppContext): string {
  const live = kindOf(c.var.caller.id) === "live";
  return live ? readConfiguration(c.env).PROFILE : testProfile;
}

/** Where a new edit's pictures are brought to, under a fresh id. */
export function destination(c: AppContext): Destination {
  return {
    bucket: c.env.BUCKET,
    account: c.var.caller.id,
    edit: newId("edit", Date.now(), (bytes) => crypto.getRandomValues(bytes)),
    fetch: (input, init) => fetch(input, init),
    deadline: (ms) => AbortSignal.timeout(ms),
    resolve: publicResolver(),
    allowLoopback: readConfiguration(c.env).LOCAL_LOOPBACK === "true",
  };
}

/** The request's idempotency key, as the account keeps it. */
function readIdempotencyKey(c: AppContext): string | null {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return null;
  if (printableKey.test(key)) return keptIdempotencyKey(c.var.caller.credential, key);
  throw new ProblemError({
    code: "idempotency_key_invalid",
    detail: "Use 1 to 255 printable ASCII characters, such as a UUID.",
  });
}

/** The media types of a create request, as documented. */
export const createContent = {
  "application/json": { schema: EditRequest },
  "multipart/form-data": { schema: EditForm },
};
