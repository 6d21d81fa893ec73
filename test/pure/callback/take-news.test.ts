import { describe, expect, it } from "vitest";
import type { Report } from "../../../functions/account/attempts.ts";
import { takeNews } from "../../../functions/callback/take-news.ts";
import type { Services } from "../../../functions/dispatch/ports.ts";
import type { Grant } from "../../../functions/images/signed-url.ts";
import { manifest } from "../account/fixtures.ts";

const grant: Grant = {
  purpose: "callback",
  method: "POST",
  account: "a",
  edit: "edit_a",
  attempt: 1,
  index: 0,
  maxBytes: 0,
  exp: 0,
};

/** What the account is told of a prediction that ended so, with or without its manifest in R2. */
async function told(status: "succeeded" | "failed" | "canceled" | "aborted", written: boolean) {
  const reports: Report["type"][] = [];
  const text = JSON.stringify(manifest("edit_a", 1));
  const object = { size: text.length, json: () => Promise.resolve(JSON.parse(text) as unknown) };
  const services = {
    account: () => ({
      report: (_edit: string, _attempt: number, news: Report) => {
        reports.push(news.type);
        return Promise.resolve([]);
      },
    }),
    bucket: { get: () => Promise.resolve(written ? object : null) },
  } as unknown as Services;
  await takeNews(services, grant, { status });
  return reports;
}

describe("news that a prediction has ended", () => {
  it.each(["succeeded", "failed", "canceled", "aborted"] as const)(
    "as %s is a result where its manifest was written, and a loss where not",
    async (status) => {
      expect(await told(status, true)).toEqual(["manifest"]);
      expect(await told(status, false)).toEqual(["lost"]);
    },
  );
});
