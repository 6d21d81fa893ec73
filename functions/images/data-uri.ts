import { err, ok, type Result } from "../result.ts";

/** The bytes of a `data:image/...;base64,...` URI (RFC 2397, base64 only), or what is wrong with it. */
export function parseDataUri(uri: string): Result<Uint8Array<ArrayBuffer>, string> {
  const comma = uri.indexOf(",");
  const head = comma < 0 ? uri : uri.slice(0, comma);
  if (!/^data:image\/[a-z0-9.+-]+;base64$/i.test(head)) {
    return err("Write it as data:image/png;base64,... with the picture in base64.");
  }
  const body = uri.slice(comma + 1);
  if (body.length === 0 || body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body)) {
    return err("The part after the comma is not base64.");
  }
  return ok(new Uint8Array(Buffer.from(body, "base64")));
}
