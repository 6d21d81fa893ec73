import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { ProblemError } from "../errors/problem-error.ts";
import { outputTypes } from "../../schemas/manifest.ts";
import { outputKey } from "../images/object-keys.ts";
import type { AppEnv } from "./app-env.ts";
import { problems } from "./problem-response.ts";
import { signedGrant } from "./signed-request.ts";

const getResult = createRoute({
  method: "get",
  path: "/files/result/{account}/{edit}/{attempt}/{index}",
  operationId: "getResult",
  summary: "An output, by its signed URL",
  tags: ["Edits"],
  request: {
    params: z.object({
      account: z.string(),
      edit: z.string(),
      attempt: z.string(),
      index: z.string(),
    }),
  },
  responses: {
    200: {
      description: "The picture",
      content: { "image/*": { schema: z.any().openapi({ type: "string", format: "binary" }) } },
    },
    ...problems("url_signature_invalid", "url_expired", "output_gone"),
  },
});

/** What customers download. */
export function resultRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerPath(getResult);
  app.get("/files/result/:account/:edit/:attempt/:index", async (c) => {
    const { account, edit, attempt, index, exp } = signedGrant(c);
    const object = await c.env.BUCKET.get(outputKey(account, edit, attempt, index));
    if (object === null) {
      throw new ProblemError({
        code: "output_gone",
        detail:
          "There is no file: its edit was deleted, its time was over, or the output was blocked.",
      });
    }
    const stored = object.httpMetadata?.contentType;
    // A fixed type, whatever lies there: what is no picture's is downloaded as it is, and never shown.
    const type = outputTypes.find((one) => one === stored);
    const [disposition, extension] =
      type === undefined ? ["attachment", "bin"] : ["inline", type.replace("image/", "")];
    return c.body(object.body, 200, {
      "content-type": type ?? "application/octet-stream",
      "content-length": String(object.size),
      "content-disposition": `${disposition}; filename="${edit}-${index}.${extension}"`,
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": `private, max-age=${Math.max(0, exp - Math.floor(Date.now() / 1000))}`,
      etag: object.httpEtag,
    });
  });
}
