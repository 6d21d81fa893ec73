import type { Account } from "../../schemas/account.ts";
import type { Upload } from "../../schemas/upload.ts";
import { Edits } from "./edits.ts";
import { Transport, type ClientOptions } from "./transport.ts";
import { verifyWebhook } from "./webhooks.ts";

/** A client of one Inlay deployment and account: `fetch` and nothing else, in any runtime that has it. */
export class Inlay {
  readonly edits: Edits;
  readonly uploads: { create(picture: Blob): Promise<Upload> };
  readonly account: { get(): Promise<Account> };
  readonly webhooks = { verify: verifyWebhook };

  constructor(options: ClientOptions) {
    const transport = new Transport(options);
    this.edits = new Edits(transport);
    this.uploads = { create: (picture) => createUpload(transport, picture) };
    this.account = { get: () => transport.json("GET", "/v1/account") };
  }
}

/** Sends a picture ahead of its edit; the answer's id is then a picture of `edits.create`. */
async function createUpload(transport: Transport, picture: Blob): Promise<Upload> {
  // An upload that is announced twice costs nothing and expires.
  const announced = await transport.json<Upload>("POST", "/v1/uploads", { repeatable: true });
  return transport.json("PUT", announced.upload_url ?? "", {
    body: picture,
    headers: { "content-type": picture.type || "application/octet-stream" },
  });
}
