import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { ModelInput } from "../../../schemas/model-input.ts";

interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

interface InputSchema {
  readonly required: readonly string[];
  readonly properties: Record<string, Property>;
}

const path = join(import.meta.dirname, "../../../model-image/.cog/openapi_schema.json");
const document = JSON.parse(readFileSync(path, "utf8")) as {
  components: { schemas: { Input: InputSchema } };
};
const container = document.components.schemas.Input;
const edge = z.toJSONSchema(ModelInput) as unknown as InputSchema;

/** What both sides have to agree on for a field; limits that a JSON integer has anyway are left out. */
function agreed({ type, enum: values, minimum, maximum }: Property) {
  const limit = (value?: number) => (Math.abs(value ?? Infinity) > 2 ** 32 ? undefined : value);
  const choices = values === undefined ? {} : { choices: new Set(values) };
  return { type, ...choices, minimum: limit(minimum), maximum: limit(maximum) };
}

describe("the container's input", () => {
  it("has the same fields on both sides", () => {
    expect(new Set(Object.keys(container.properties))).toEqual(
      new Set(Object.keys(edge.properties)),
    );
  });

  it("needs nothing that the edge may leave out", () => {
    expect(edge.required).toEqual(expect.arrayContaining([...container.required]));
  });

  it.each(Object.keys(edge.properties))("agrees on %s", (name) => {
    expect(agreed(container.properties[name] ?? {})).toEqual(agreed(edge.properties[name] ?? {}));
  });
});
