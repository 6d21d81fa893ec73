import { describe, expect, it } from "vitest";
import { cogProvider } from "../../functions/dispatch/providers/cog.ts";

describe("the provider of a Cog server", () => {
  it("shows the proxy in front of the server its token, to start and to cancel", async () => {
    const seen: (string | null)[] = [];
    const provider = cogProvider({
      url: "https://gpu.example.com/",
      token: "secret",
      fetch: (_input, init) => {
        seen.push(new Headers(init?.headers).get("authorization"));
        return Promise.resolve(new Response("{}"));
      },
      sleep: () => Promise.resolve(),
    });
    const request = { id: "edit_a-1", input: {}, callbackUrl: "https://edge.example.com/callback" };
    await provider.start(request as unknown as Parameters<typeof provider.start>[0]);
    await provider.cancel("edit_a-1");
    expect(seen).toEqual(["Bearer secret", "Bearer secret"]);
  });
});
