import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import {
  answers,
  becomes,
  ignored,
  maps,
  picture,
  readParameters,
  refused,
  renamed,
  type Rules,
} from "../../../functions/surfaces/mapping.ts";

const rules: Rules = {
  image: picture("image"),
  steps: maps("steps", z.int().max(50)),
  num_steps: maps("steps", z.int().max(50)),
  user: becomes("metadata", z.string(), (user) => ({ metadata: { user } }), ""),
  order: becomes("metadata", z.string(), (order) => ({ metadata: { order } }), ""),
  stream: answers(z.boolean(), ""),
  model: ignored(""),
  safe: refused("The operator decides.", true, "auto"),
};
const isText = (value: unknown): value is string => typeof value === "string";
const read = (sent: Record<string, unknown>) => readParameters(rules, sent, "/input", isText);

/** The code of the refusal, and what it points at. */
function refusal(sent: Record<string, unknown>): string {
  const result = read(sent);
  if (result.ok) return "none";
  const pointers = result.problem.errors?.map(({ pointer }) => pointer);
  return `${result.problem.code} ${pointers?.join(" ")}`;
}

describe("the parameters of a surface", () => {
  it("become an edit's, its pictures, and how it is answered", () => {
    const result = read({
      image: "a",
      num_steps: 9,
      user: "a",
      order: "b",
      stream: true,
      model: {},
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        asked: { steps: 9, metadata: { user: "a", order: "b" } },
        answers: { stream: true },
      },
    });
    if (result.ok) expect([...result.value.pictures]).toEqual([["image", "a"]]);
  });

  it.each([
    [{ depth: 3 }, "request_invalid /input/depth"],
    [{ steps: 51, user: 1 }, "request_invalid /input/steps /input/user"],
    [{ steps: 5, num_steps: 6 }, "request_invalid /input/num_steps"],
    [{ image: ["a", "b"] }, "request_invalid /input/image"],
    [{ safe: false }, "parameter_unsupported /input/safe"],
    [{ safe: "auto" }, "none"],
    [{ safe: null, depth: null, steps: undefined }, "none"],
    [JSON.parse('{"__proto__": 1, "constructor": 2}'), "request_invalid"],
  ] as [Record<string, unknown>, string][])("%j comes to: %s", (sent, told) => {
    expect(refusal(sent)).toContain(told);
  });

  it("are what refusals of the edit's own fields point at, where they were sent and where they were not", () => {
    const result = read({ num_steps: 9 });
    if (!result.ok) throw new Error("refused");
    const point = (pointer: string) =>
      renamed(
        { code: "request_invalid", detail: "", errors: [{ pointer, detail: "" }] },
        result.value.names,
      ).errors?.[0]?.pointer;
    expect(point("/steps")).toBe("/input/num_steps");
    expect(point("/image")).toBe("/input/image");
    expect(point("/metadata")).toBe("/input/user");
    expect(point("/webhook")).toBe("/webhook");
  });
});
