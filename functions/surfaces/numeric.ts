import { z } from "@hono/zod-openapi";

/** A number that may be sent as text, as forms do. */
export function numeric<Schema extends z.ZodType>(schema: Schema): z.ZodType<z.output<Schema>> {
  return z.preprocess(
    (value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value),
    schema,
  );
}

/** Yes or no, which may be sent as text, as forms do. */
export const flag = z.preprocess((value) => {
  if (value === "true" || value === "false") return value === "true";
  return value;
}, z.boolean());
