import { expect, it } from "vitest";
import { limitFields } from "../../../functions/quotas/limits.ts";

it("the limits are told as lists of named policies", () => {
  const limits = {
    creates: { limit: 600, remaining: 12, reset: 59 },
    unfinished: { limit: 200, remaining: 3 },
  };
  expect(limitFields(limits)).toEqual({
    "ratelimit-policy": '"creates";q=600;w=60, "unfinished";q=200;qu="concurrent-requests"',
    ratelimit: '"creates";r=12;t=59, "unfinished";r=3',
  });
});
