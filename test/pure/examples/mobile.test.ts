import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import openapi from "../../../schemas/openapi.json";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const schemas = openapi.components.schemas as unknown as Readonly<Record<string, Schema>>;

/** A field of a type that an example declares: its name in JSON, its type, and whether it may be null. */
interface Field {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** How a language writes what the examples hold. */
interface Language {
  readonly file: string;
  /** A declared type: its name and its fields' lines. */
  readonly types: RegExp;
  readonly field: RegExp;
  /** Types that stand for these of JSON; a list is what stands between the markers. */
  readonly json: Readonly<Record<string, readonly string[]>>;
  readonly list: RegExp;
  /** What is put into a text. */
  readonly inserted: RegExp;
}

const languages: readonly Language[] = [
  {
    file: "InlayClient.swift",
    types: /^struct (\w+): (?:En|De)codable[^{]*\{\n((?: {2}let .*\n)+)\}/gm,
    field: /let (\w+): ([\w[\]]+)(\?)?/g,
    json: {
      String: ["string"],
      Int: ["integer"],
      Double: ["number", "integer"],
      Bool: ["boolean"],
    },
    list: /^\[(\w+)\]$/,
    inserted: /\\\(\w+\)/g,
  },
  {
    file: "InlayClient.kt",
    types: /^data class (\w+)\(\n((?: {2}val .*\n)+)\)/gm,
    field: /val (\w+): ([\w<>]+)(\?)?,/g,
    json: {
      String: ["string"],
      Int: ["integer"],
      Double: ["number", "integer"],
      Boolean: ["boolean"],
    },
    list: /^List<(\w+)>$/,
    inserted: /\$\w+/g,
  },
];

/** As both languages' encoders write a name in JSON. */
const snakeCase = (name: string) =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function resolved(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
}

/** The alternatives of a schema that are no null, and whether null is one. */
function alternatives(schema: Schema): { readonly one: Schema; readonly nullable: boolean } {
  const all = (schema.anyOf ?? [schema]).map((one) => ({ ...one, ...resolved(one) }));
  const types = all.flatMap(({ type }) => type ?? []);
  const one = all.find(({ type }) => type !== "null") ?? {};
  return { one, nullable: types.includes("null") };
}

describe.each(languages)("the mobile example $file", (language) => {
  const source = readFileSync(
    join(import.meta.dirname, "../../../infra/examples/mobile", language.file),
    "utf8",
  );
  const declared = new Map(
    [...source.matchAll(language.types)].map(([, name = "", body = ""]) => [
      name,
      [...body.matchAll(language.field)].map(([, field = "", type = "", mark]): Field => ({
        name: snakeCase(field),
        type,
        nullable: mark === "?",
      })),
    ]),
  );

  it("declares what it sends and reads", () => {
    expect(new Set(declared.keys())).toEqual(
      new Set([
        "UploadRequest",
        "Upload",
        "UploadPart",
        "EditRequest",
        "Edit",
        "EditOutput",
        "Problem",
      ]),
    );
  });

  it.each([...declared])("has in %s the schema's own fields, with their types", (name, fields) => {
    const schema = schemas[name];
    expect(fields.length).toBeGreaterThan(0);
    for (const { name: field, type, nullable } of fields) {
      const property = schema?.properties?.[field];
      expect(property, `${name}.${field}`).toBeDefined();
      const { one, nullable: nothing } = alternatives(property ?? {});
      expect(nullable, `${name}.${field} may be null`).toBe(nothing);
      const item = language.list.exec(type)?.[1];
      if (item !== undefined) {
        expect(one.type).toBe("array");
        expect(one.items?.$ref).toBe(`#/components/schemas/${item}`);
      } else if (declared.has(type)) {
        expect(one).toMatchObject(schemas[type] ?? { none: true });
      } else {
        expect(language.json[type], `${name}.${field}: ${type}`).toContain([one.type].flat()[0]);
      }
    }
    const answered = !name.endsWith("Request");
    const sent = new Set(fields.map((field) => field.name));
    for (const needed of schema?.required ?? []) if (!answered) expect(sent).toContain(needed);
    // What an answer may leave out, an app must not insist on.
    if (answered) for (const field of sent) expect(schema?.required).toContain(field);
  });

  it("asks routes that there are, with their methods, which take client tokens", () => {
    const calls = [...source.matchAll(/call\("(\w+)", "([^"]+)"/g)].map(
      ([, method = "", path = ""]) => `${method} ${path.replaceAll(language.inserted, "{id}")}`,
    );
    expect(calls).toEqual([
      "POST /v1/uploads",
      "GET /v1/uploads/{id}",
      "POST /v1/uploads/{id}/complete",
      "POST /v1/edits",
      "GET /v1/edits/{id}",
    ]);
    const paths = openapi.paths as unknown as Record<
      string,
      Record<string, { security?: object[] }>
    >;
    for (const asked of calls) {
      const [method = "", path = ""] = asked.split(" ");
      const operation = paths[path]?.[method.toLowerCase()];
      expect(operation?.security?.some((way) => "clientToken" in way)).toBe(true);
    }
    // The token that the app's backend mints.
    expect(source).toContain("`POST /v1/client-tokens`");
    expect(paths["/v1/client-tokens"]?.["post"]).toBeDefined();
  });

  it("knows every way that an edit ends, and says what uploads and edits can be", () => {
    const ends = [...source.matchAll(/^ *(?:case )?((?:"\w+"(?:, )?)+)(?::| ->)/gm)]
      .flatMap(([, list = ""]) => [...list.matchAll(/"(\w+)"/g)])
      .map(([, status = ""]) => status);
    const running = ["queued", "starting", "processing"];
    expect(new Set([...ends, ...running])).toEqual(new Set(schemas["EditStatus"]?.enum));
    const literal = (name: string) =>
      new RegExp(`\\b${name}(?: =|:| ==) "(\\w+)"`).exec(source)?.[1];
    expect(schemas["EditTask"]?.enum).toContain(literal("task"));
    expect(schemas["UploadRequest"]?.properties?.["method"]?.enum).toContain(literal("method"));
    expect(schemas["Upload"]?.properties?.["status"]?.enum).toContain(literal("status"));
  });
});
