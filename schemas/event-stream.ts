import { z } from "@hono/zod-openapi";

/** How far an unfinished edit is: in a stream the latest counts, and some may be left out. */
export const EditProgress = z
  .object({
    object: z.literal("edit.progress"),
    id: z.string(),
    progress: z.number().min(0).max(1),
    queue_position: z.int().nullable(),
  })
  .openapi("EditProgress");
export type EditProgress = z.infer<typeof EditProgress>;

/** A fresh preview of a running edit is at `url`, for whoever has the key. */
export const EditPreview = z
  .object({ object: z.literal("edit.preview"), id: z.string(), url: z.string() })
  .openapi("EditPreview");
export type EditPreview = z.infer<typeof EditPreview>;

/** The query of what reads the event log. */
export const After = z.union([
  z.literal("latest"),
  z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
]);

/** A stream of Server-Sent Events, as documented. */
export const EventStream = z.string().openapi("EventStream", {
  description:
    "Server-Sent Events. A logged event has its `sequence` as id, its `type` as event and a WebhookEvent as data. " +
    "`progress` (EditProgress) and `preview` (EditPreview) have no id.",
  example: 'id: 3\nevent: edit.succeeded\ndata: {"type":"edit.succeeded","sequence":3}\n\n',
});
