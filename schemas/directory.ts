import { z } from "@hono/zod-openapi";

/** What was done in some days. */
export const Usage = z
  .object({
    edits: z.object({
      succeeded: z.int(),
      failed: z.int(),
      canceled: z.int(),
      expired: z.int(),
    }),
    outputs: z.int().openapi({ description: "Delivered ones." }),
    charged: z.int().openapi({ description: "Micro-credits." }),
    latency_ms: z
      .object({
        p50: z.int().nullable(),
        p90: z.int().nullable(),
        p99: z.int().nullable(),
      })
      .openapi({
        description: "From acceptance to success, at most 19 % too high; null without a success.",
      }),
  })
  .openapi("Usage");
export type Usage = z.infer<typeof Usage>;

/** One page of days by account, oldest first. `total` is of this page. */
export const UsageList = z
  .object({
    object: z.literal("list"),
    data: z.array(Usage.extend({ account: z.string(), day: z.iso.date() })),
    total: Usage,
    next: z.string().nullable(),
  })
  .openapi("UsageList");

/** What the directory knows of an account. */
const ListedAccount = z
  .object({
    id: z.string(),
    created_at: z.iso.datetime(),
    status: z.enum(["active", "suspended", "deleted"]),
  })
  .openapi("ListedAccount");
export type ListedAccount = z.infer<typeof ListedAccount>;

export const AccountListing = z
  .object({ object: z.literal("list"), data: z.array(ListedAccount), next: z.string().nullable() })
  .openapi("AccountListing");

export const RebuildRequest = z
  .strictObject({
    cursor: z
      .string()
      .max(2_048)
      .optional()
      .openapi({ description: "`next` of the answer before; without it, from the beginning." }),
  })
  .openapi("RebuildRequest");

/** A part of the directory that was rebuilt. */
export const Rebuilt = z
  .object({ accounts: z.int(), next: z.string().nullable() })
  .openapi("Rebuilt");
export type Rebuilt = z.infer<typeof Rebuilt>;
