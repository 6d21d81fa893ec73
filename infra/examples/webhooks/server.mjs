// A server that takes Inlay's webhooks: node:http, and the library of Standard Webhooks (npm install standardwebhooks).
// PORT=3000 INLAY_WEBHOOK_SECRET=whsec_... node server.mjs
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.INLAY_WEBHOOK_SECRET);

/** The events that were worked off. A webhook may come twice: keep their ids where your data is, and in its transaction. */
const done = new Set();

async function receive(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let event;
  try {
    // The bytes as they came: JSON that was parsed and written anew has another signature.
    event = webhook.verify(Buffer.concat(chunks).toString(), request.headers);
  } catch {
    response.writeHead(401).end();
    return;
  }
  const id = request.headers["webhook-id"];
  if (!done.has(id)) {
    if (event.type === "edit.succeeded") {
      console.log(`${event.data.id} is ready: ${event.data.outputs[0].url}`);
    } else if (event.type === "edit.failed") {
      console.log(`${event.data.id} failed: ${event.data.error.detail}`);
    }
    done.add(id);
  }
  // What takes longer than a few seconds belongs into a queue of your own: the answer is waited for.
  response.writeHead(204).end();
}

createServer((request, response) => {
  receive(request, response).catch((error) => {
    console.error(error);
    // Inlay sends it again.
    response.writeHead(500).end();
  });
}).listen(Number(process.env.PORT ?? 3000));
