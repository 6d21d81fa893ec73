import { chaptersOf, type ApiDocument } from "./document.ts";

/** The API for readers that are language models, as llmstxt.org lays it out: what it is, then where everything is. */
export function llmsText(document: ApiDocument, origin: string): string {
  const chapters = chaptersOf(document).map(({ name, description, routes }) => {
    const lines = routes.map(
      ({ method, path, operation }) =>
        `- [${method} ${path}](${origin}/docs#${operation.operationId}): ${operation.summary}`,
    );
    return `## ${name}\n\n${description}.\n\n${lines.join("\n")}`;
  });
  return `# ${document.info.title}

> ${document.info.description}

An image-editing API at ${origin}. Send a picture, a mask of the same size (white is repainted, black is kept) and a prompt to
\`POST /v1/edits\` with the header \`Authorization: Bearer inlay_live_...\`; send an \`Idempotency-Key\` too, so that a retry
makes no second edit. The answer is 202 with the edit. Follow it at its \`urls.events\` (Server-Sent Events), or ask
\`GET /v1/edits/{id}\` until its status is succeeded, failed, canceled or expired. Outputs are signed URLs, which each GET
renews. Errors are application/problem+json: match on \`code\`.

- [OpenAPI 3.1](${origin}/openapi.json): every route, field and answer
- [Errors](${origin}/docs/errors): every code
- [Reference](${origin}/docs): the same for people, with a line of curl for each route

${chapters.join("\n\n")}
`;
}
