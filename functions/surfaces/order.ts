import type { Edit, PictureRole } from "../../schemas/edit.ts";
import type { SurfaceRecord } from "../../schemas/surface.ts";
import { UploadId } from "../../schemas/upload.ts";
import type { AppContext } from "../api/app-env.ts";
import { accept, destination, placeEdit, profileIn, staged } from "../api/edits/create.ts";
import { isUpload, takeEach, takeReference, type Destination } from "../api/edits/intake.ts";
import {
  checkMultipart,
  stageParts,
  takePart,
  type TakenEdit,
} from "../api/edits/multipart-intake.ts";
import { settleRequest } from "../api/edits/settle-request.ts";
import { originOf } from "../api/origin.ts";
import { bodyDeadline } from "../api/signed-request.ts";
import { webhookAddress } from "../api/webhooks/address.ts";
import { ProblemError, unwrap } from "../errors/problem-error.ts";
import { inputKey } from "../images/object-keys.ts";
import { completed, type Asked } from "./asked.ts";
import { FormFile, readForm, type SentForm } from "./form.ts";
import { renamed, type Names } from "./mapping.ts";

/** A picture as a surface was sent it: a reference, or a file of the staged form. */
type SentPicture = string | FormFile;

/** What a surface's request comes to. */
export interface Order {
  readonly asked: Asked;
  readonly pictures: ReadonlyMap<PictureRole, SentPicture>;
  readonly names: Names;
  readonly surface: SurfaceRecord;
  /** The address of its webhook, and where the request names it. */
  readonly webhook?: { readonly url: string; readonly pointer: string };
  /** Milliseconds until the edit expires. */
  readonly lifetime?: number;
  /** Looks at the pictures once their headers are known. */
  readonly check?: (pictures: TakenEdit["pictures"]) => void;
}

/**
 * Places the edit that a JSON request asks for. `read` makes the order of it and may throw what it finds wrong.
 *
 * @throws {ProblemError} pointing at the request's own names.
 */
export async function placeJson(c: AppContext, read: () => Promise<Order>): Promise<Edit> {
  return placeEdit(c, async (key) => {
    const order = await read();
    return inItsNames(order.names, async () => {
      const sent = [...order.pictures.values()];
      const take = (to: Destination) => carryOut(c, to, order);
      if (!sent.every((one) => isUpload(referenceTo(c, one) ?? ""))) return staged(c, key, take);
      const to = destination(c);
      return accept(c, to, key, await take(to));
    });
  });
}

/** The same for a form, whose files are staged before `read` sees it. */
export async function placeForm(c: AppContext, read: (form: SentForm) => Order): Promise<Edit> {
  return placeEdit(c, async (key) => {
    const request = {
      body: c.req.raw.body,
      contentType: c.req.header("content-type") ?? "",
      contentLength: c.req.header("content-length"),
      signal: bodyDeadline(c),
    };
    checkMultipart(request);
    const names = new Map<string, string>();
    return inItsNames(names, () =>
      staged(c, key, async (to) => {
        const object = inputKey(to.account, to.edit, "request");
        const order = read(readForm(object, await stageParts(to.bucket, object, request)));
        for (const [field, name] of order.names) names.set(field, name);
        return carryOut(c, to, order);
      }),
    );
  });
}

/** Has refusals of the work point at what the request called the fields. */
async function inItsNames<T>(names: Names, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProblemError) throw new ProblemError(renamed(error.refusal, names));
    throw error;
  }
}

/** Settles what is asked and brings the pictures to their place. */
async function carryOut(c: AppContext, to: Destination, order: Order): Promise<TakenEdit> {
  const { asked, surface, lifetime, webhook } = order;
  const roles = [...order.pictures.keys()];
  const parameters = unwrap(settleRequest(profileIn(c), unwrap(completed(asked)), roles));
  if (webhook !== undefined) webhookAddress(c, webhook.url, webhook.pointer);
  const pictures = await takeEach(order.pictures, (role, sent) => {
    const reference = referenceTo(c, sent);
    if (reference !== null) return takeReference(to, role, reference);
    if (!(sent instanceof FormFile)) throw new Error("a picture is neither file nor reference");
    return takePart(to, sent.key, role, sent.part);
  });
  order.check?.(pictures);
  return { parameters, pictures, surface, ...(lifetime === undefined ? {} : { lifetime }) };
}

/** What a picture refers to; null for a file. The URL of one's own upload is the upload. */
function referenceTo(c: AppContext, sent: SentPicture): string | null {
  if (typeof sent !== "string") return null;
  const upload = uploadIn(sent);
  const here = [originOf(c), new URL(c.req.url).origin];
  return upload !== null && here.some((origin) => sent.startsWith(`${origin}/`)) ? upload : sent;
}

/** The upload that a file's URL names. */
function uploadIn(url: string): string | null {
  const id = /^https?:\/\/[^/]+\/v1\/files\/(\w+)$/.exec(url)?.[1];
  return id !== undefined && UploadId.safeParse(id).success ? id : null;
}
