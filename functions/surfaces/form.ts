import type { MultipartPart } from "../images/multipart.ts";

/** A file of a staged form: a range of the object at `key`. A class, so that no JSON can pass for one. */
export class FormFile {
  readonly key: string;
  readonly part: MultipartPart;

  constructor(key: string, part: MultipartPart) {
    this.key = key;
    this.part = part;
  }
}

/** A form's fields by their names: texts, files, or lists of them where a name comes more than once. */
export type SentForm = Readonly<Record<string, unknown>>;

/**
 * A staged form as a record. `name[]` is `name`; empty texts are left out, as clients send them for what was not given.
 */
export function readForm(key: string, parts: readonly MultipartPart[]): SentForm {
  const form = new Map<string, (string | FormFile)[]>();
  for (const part of parts) {
    const name = part.name.replace(/\[\d*\]$/, "");
    const value = part.filename === null ? (part.text ?? "") : new FormFile(key, part);
    if (value !== "") form.set(name, [...(form.get(name) ?? []), value]);
  }
  return Object.fromEntries(
    [...form].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}
