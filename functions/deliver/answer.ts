/** No more of a receiver's answer is read than this, in bytes. */
const readBytes = 1_024;

/** No more of it is kept, in bytes of UTF-8. */
const keptBytes = 256;

/**
 * The beginning of an answer's body for the delivery log: at most 1 kB is read and 256 bytes are kept, as text without
 * control characters. Null where there is none. The rest is not waited for.
 */
export async function beginningOf(body: ReadableStream<Uint8Array> | null): Promise<string | null> {
  if (body === null) return null;
  const reader = body.getReader();
  const bytes: number[] = [];
  try {
    while (bytes.length < readBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes.push(...value.subarray(0, readBytes - bytes.length));
    }
  } catch {
    // The status has been given; what follows of the body changes nothing.
  }
  reader.cancel().catch(() => {});
  return shorten(new TextDecoder().decode(new Uint8Array(bytes))) || null;
}

function shorten(text: string): string {
  const plain = text.replaceAll(/\p{Cc}+/gu, " ").trim();
  let kept = "";
  let length = 0;
  for (const character of plain) {
    length += new TextEncoder().encode(character).length;
    if (length > keptBytes) break;
    kept += character;
  }
  return kept;
}
