// A Next.js route handler (app/api/inlay/route.ts) that takes Inlay's webhooks: npm install inlay
import { verifyWebhook } from "inlay";

/** Takes a webhook. One that is not Inlay's is answered 401, and one that could not be worked off comes again. */
export async function POST(request: Request): Promise<Response> {
  const body = await request.text();
  const secret = process.env["INLAY_WEBHOOK_SECRET"] ?? "";
  const event = await verifyWebhook(body, request.headers, secret).catch(() => null);
  if (event === null) return new Response(null, { status: 401 });
  if (event.type === "edit.succeeded") await show(event.data.id, event.data.outputs[0]?.url ?? "");
  return new Response(null, { status: 204 });
}

/** What your product does with a result. The same event may come twice: do what does the same twice as once. */
async function show(edit: string, url: string): Promise<void> {
  console.log(`${edit} is ready: ${url}`);
}
