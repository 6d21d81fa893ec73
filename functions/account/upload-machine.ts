/** Where an upload is in its life. `removed` remembers that its URLs may still bring something. */
export type UploadState = "pending" | "complete" | "removed" | "forgotten";

/** What can happen to an upload. */
export type UploadEvent =
  /** Its bytes are in the bucket, and are what was announced. */
  | "stored"
  /** It was deleted, or its time is over. */
  | "ended"
  /** No URL of it can bring anything any more. */
  | "urls_ended";

/** What has to follow: files go, and an upload in parts that was not put together is given up. */
export type UploadEffect = "record" | "purge" | "abandon_parts" | "forget";

/**
 * The life of an upload: `pending -> complete -> removed -> forgotten`. A stored picture is never replaced; what is
 * removed is swept again when its last URL has ended.
 */
export function next(
  state: UploadState,
  event: UploadEvent,
): { readonly state: UploadState; readonly effects: readonly UploadEffect[] } {
  const unchanged = { state, effects: [] };
  switch (event) {
    case "stored":
      return state === "pending" ? { state: "complete", effects: ["record"] } : unchanged;
    case "ended":
      if (state === "pending") return { state: "removed", effects: ["purge", "abandon_parts"] };
      return state === "complete" ? { state: "removed", effects: ["purge"] } : unchanged;
    case "urls_ended":
      if (state !== "removed") return unchanged;
      return { state: "forgotten", effects: ["purge", "abandon_parts", "forget"] };
    default:
      return event satisfies never;
  }
}
