import { z } from "@hono/zod-openapi";
import { EditTask } from "./edit.ts";

/** Whom a backend knows by this name: what its tokens make belongs to them. */
export const EndUser = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, "Use 1 to 128 printable ASCII characters without spaces.")
  .openapi({ example: "user-4711" });

/** `POST /v1/client-tokens`. */
export const ClientTokenRequest = z
  .strictObject({
    end_user: EndUser,
    spending_limit: z.int().min(0).max(Number.MAX_SAFE_INTEGER).openapi({
      description: "The most micro-credits that edits made with this token may hold and cost.",
    }),
    expires_in: z.int().min(60).max(3_600).optional().openapi({
      description: "Seconds that the token is valid; 900 where none are sent.",
    }),
    tasks: z.array(EditTask).min(1).optional().openapi({
      description: "The tasks that it may ask for; any where none are named.",
    }),
    webhook: z.string().max(2_048).optional().openapi({
      description: "Where every edit of the token is told of. The app cannot name another.",
    }),
  })
  .openapi("ClientTokenRequest");
export type ClientTokenRequest = z.infer<typeof ClientTokenRequest>;

/** What an app holds instead of an API key. The token itself is shown this once. */
export const ClientToken = z
  .object({
    object: z.literal("client_token"),
    token: z.string(),
    end_user: EndUser,
    spending_limit: z.int(),
    expires_at: z.iso.datetime(),
    tasks: z.array(EditTask).nullable(),
    webhook: z.string().nullable(),
  })
  .openapi("ClientToken");
export type ClientToken = z.infer<typeof ClientToken>;
