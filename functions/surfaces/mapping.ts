import type { z } from "@hono/zod-openapi";
import type { PictureRole } from "../../schemas/edit.ts";
import type { FieldProblem } from "../../schemas/problem.ts";
import { refuseField, type Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";
import type { Asked } from "./asked.ts";

/** What becomes of one parameter of a peer's. The tables of `docs/compatibility.md` are written from these. */
export type Rule =
  /** Becomes something of an edit. */
  | {
      readonly type: "maps";
      /** The parameters of an edit that it becomes. */
      readonly to: string;
      readonly schema: z.ZodType;
      readonly read: (value: never) => Asked;
      readonly note?: string;
      readonly required?: boolean;
    }
  /** Is one of the edit's pictures. */
  | {
      readonly type: "picture";
      readonly role: PictureRole;
      readonly note?: string;
    }
  /** Is the surface's own: says how to answer, and nothing of the edit. */
  | { readonly type: "answers"; readonly schema: z.ZodType; readonly note: string }
  | { readonly type: "ignored"; readonly why: string }
  /** Would change the result in a way that is not served; the harmless values ask for what happens anyway. */
  | { readonly type: "refused"; readonly why: string; readonly harmless: readonly unknown[] };

export type Rules = Readonly<Record<string, Rule>>;

/** A parameter that is one of an edit's under another name, or under the same. */
export function maps<Field extends keyof Asked>(
  field: Field,
  schema: z.ZodType<NonNullable<Asked[Field]>>,
  note?: string,
): Rule {
  return {
    type: "maps",
    to: field,
    schema,
    read: (value: never) => ({ [field]: value }),
    ...(note === undefined ? {} : { note }),
  };
}

/** A parameter that is made into others. */
export function becomes<Value>(
  to: string,
  schema: z.ZodType<Value>,
  read: (value: Value) => Asked,
  note: string,
): Rule {
  return { type: "maps", to, schema, read, note };
}

export function picture(role: PictureRole, note?: string): Rule {
  return { type: "picture", role, ...(note === undefined ? {} : { note }) };
}

export function answers(schema: z.ZodType, note: string): Rule {
  return { type: "answers", schema, note };
}

export function ignored(why: string): Rule {
  return { type: "ignored", why };
}

export function refused(why: string, ...harmless: readonly unknown[]): Rule {
  return { type: "refused", why, harmless };
}

/** The peers' names of an edit's fields, those that a request used first of all: refusals are told in these. */
export type Names = ReadonlyMap<string, string>;

/** What a request's parameters come to. */
export interface Read<Picture> {
  readonly asked: Asked;
  readonly pictures: ReadonlyMap<PictureRole, Picture>;
  /** The parameters that say how to answer, by their names. */
  readonly answers: Readonly<Record<string, unknown>>;
  readonly names: Names;
}

/**
 * Reads a request's parameters by a surface's rules: nothing is passed over that has no rule, and nothing is said twice.
 * Null means what leaving the parameter out means. Pointers begin with `at`.
 */
export function readParameters<Picture>(
  rules: Rules,
  sent: Readonly<Record<string, unknown>>,
  at: string,
  isPicture: (value: unknown) => value is Picture,
): Result<Read<Picture>, Refusal> {
  const reading = new Reading<Picture>(at);
  for (const [name, rule] of Object.entries(rules)) {
    const value = Object.hasOwn(sent, name) ? (sent[name] ?? null) : null;
    if (rule.type === "picture") reading.name(rule.role, name);
    if (rule.type === "maps") for (const field of rule.to.split(", ")) reading.name(field, name);
    if (value === null) {
      if (rule.type === "maps" && rule.required === true) reading.refuse(name, `Send ${name}.`);
      continue;
    }
    switch (rule.type) {
      case "maps":
      case "answers":
        reading.take(name, rule, value);
        break;
      case "picture":
        if (isPicture(value)) reading.pictures.set(rule.role, value);
        else reading.refuse(name, `Send one picture as ${name}.`);
        break;
      case "ignored":
        break;
      case "refused":
        if (rule.harmless.includes(value)) break;
        return err(refuseField("parameter_unsupported", `${at}/${name}`, rule.why));
      default:
        return rule satisfies never;
    }
  }
  for (const [name, value] of Object.entries(sent)) {
    if (Object.hasOwn(rules, name) || value === null || value === undefined) continue;
    reading.refuse(name, `${name} is no parameter here. Remove it.`);
  }
  return reading.result();
}

/** What has been read of a request so far. */
class Reading<Picture> {
  readonly pictures = new Map<PictureRole, Picture>();
  readonly names = new Map<string, string>();
  #asked: Record<string, unknown> = {};
  #answers: Record<string, unknown> = {};
  #invalid: FieldProblem[] = [];
  #at: string;

  constructor(at: string) {
    this.#at = at;
  }

  /** Notes what a field is called here, if it is called nothing yet. */
  name(field: string, name: string): void {
    if (!this.names.has(field)) this.names.set(field, `${this.#at}/${name}`);
  }

  refuse(name: string, detail: string): void {
    this.#invalid.push({ pointer: `${this.#at}/${name}`, detail });
  }

  take(name: string, rule: Extract<Rule, { type: "maps" | "answers" }>, value: unknown): void {
    const parsed = rule.schema.safeParse(value);
    if (!parsed.success) {
      for (const { message } of parsed.error.issues) this.refuse(name, message);
    } else if (rule.type === "answers") {
      this.#answers[name] = parsed.data;
    } else {
      for (const [field, one] of Object.entries(rule.read(parsed.data as never))) {
        this.#ask(name, field, one);
      }
    }
  }

  result(): Result<Read<Picture>, Refusal> {
    const [first] = this.#invalid;
    if (first !== undefined) {
      const detail = `${first.pointer}: ${first.detail}`;
      return err({ code: "request_invalid", detail, errors: this.#invalid });
    }
    const { pictures, names } = this;
    return ok({ asked: this.#asked, pictures, answers: this.#answers, names });
  }

  /** Notes a field of the edit; the parts of one that has parts come together. */
  #ask(name: string, field: string, value: unknown): void {
    const before = this.#asked[field];
    const parts = typeof before === "object" && typeof value === "object";
    if (before !== undefined && !parts) {
      const other = this.names.get(field)?.slice(this.#at.length + 1) ?? field;
      this.refuse(name, `Send ${other} or ${name}, not both.`);
      return;
    }
    this.#asked[field] = parts ? { ...before, ...value } : value;
    this.names.set(field, `${this.#at}/${name}`);
  }
}

/** A refusal that points at an edit's fields, pointing at what the request called them. */
export function renamed(refusal: Refusal, names: Names): Refusal {
  if (refusal.errors === undefined) return refusal;
  return {
    ...refusal,
    errors: refusal.errors.map(({ pointer, detail }) => ({
      pointer: names.get(pointer.slice(1)) ?? pointer,
      detail,
    })),
  };
}
