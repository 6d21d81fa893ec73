import { z } from "@hono/zod-openapi";
import { problemCodes } from "./problem-catalogue.ts";

/** One invalid field: a JSON Pointer (RFC 6901) into the request, and what to change. */
export const FieldProblem = z
  .object({ pointer: z.string(), detail: z.string() })
  .openapi("FieldProblem");

/** An error as customers see it, in HTTP bodies and in `edit.error` alike (RFC 9457). */
export const Problem = z
  .object({
    type: z.string().openapi({ example: "/docs/errors#mask_size_mismatch" }),
    title: z.string().openapi({ example: "Image and mask differ in size" }),
    status: z.int().min(400).max(599).openapi({ example: 422 }),
    code: z.enum(problemCodes).openapi({ example: "mask_size_mismatch" }),
    detail: z.string().openapi({ example: "Send a mask of 640 x 480 pixels; it has 320 x 240." }),
    instance: z.string().optional(),
    request_id: z.string().optional(),
    errors: z.array(FieldProblem).optional(),
  })
  .openapi("Problem");
export type Problem = z.infer<typeof Problem>;
export type FieldProblem = z.infer<typeof FieldProblem>;
