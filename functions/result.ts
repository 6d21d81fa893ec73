/** The outcome of something that can fail in ways its caller must handle. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: E };

/** A success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A failure with its reason. */
export function err<E>(problem: E): { readonly ok: false; readonly problem: E } {
  return { ok: false, problem };
}
