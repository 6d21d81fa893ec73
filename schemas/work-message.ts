import { z } from "@hono/zod-openapi";

const account = z.string();
const edit = z.string();
const attempt = z.int();

/**
 * One piece of work that the edge does for an account: performed at once after the commit that caused it, and again by
 * the queue when that was lost. Every kind may be repeated and reordered freely; ids only, never a picture.
 */
export const WorkMessage = z.discriminatedUnion("type", [
  /** Start this attempt at a queued edit; without a number, as messages once were, the next one. */
  z.object({
    v: z.literal(1),
    type: z.literal("dispatch"),
    account,
    edit,
    attempt: attempt.optional(),
  }),
  /** Tell the provider that a prediction is no longer wanted. */
  z.object({
    v: z.literal(1),
    type: z.literal("cancel"),
    account,
    edit,
    attempt,
    prediction: z.string(),
  }),
  /** Give the slot of an attempt back that ended before its edit; without a number, all that an edit has that is over. */
  z.object({
    v: z.literal(1),
    type: z.literal("release"),
    account,
    edit,
    attempt: attempt.optional(),
  }),
  /** Find out what became of an attempt whose lease ran out. */
  z.object({ v: z.literal(1), type: z.literal("reconcile"), account, edit, attempt }),
  /** Copy files that the provider handed out as URLs into R2. */
  z.object({
    v: z.literal(1),
    type: z.literal("copy"),
    account,
    edit,
    attempt,
    urls: z.array(z.string()).min(1).max(4),
  }),
  /** Send one webhook. */
  z.object({ v: z.literal(1), type: z.literal("deliver"), account, delivery: z.string() }),
  /** Remove files from R2, and give up uploads in parts that were not put together (R2's id of each). */
  z.object({
    v: z.literal(1),
    type: z.literal("purge"),
    account,
    prefixes: z.array(z.string()),
    multiparts: z.array(z.object({ key: z.string(), id: z.string() })).optional(),
  }),
  /** Put a batch of the account's oldest edits and deliveries away in R2. */
  z.object({ v: z.literal(1), type: z.literal("archive"), account, batch: z.string() }),
  /** Bring the account's newest daily totals to the directory. */
  z.object({ v: z.literal(1), type: z.literal("report"), account }),
  /** Bring all that the directory has of the account there again. */
  z.object({ v: z.literal(1), type: z.literal("recount"), account }),
  /** Let the account look for work that is due. */
  z.object({ v: z.literal(1), type: z.literal("wake"), account }),
]);
export type WorkMessage = z.infer<typeof WorkMessage>;
