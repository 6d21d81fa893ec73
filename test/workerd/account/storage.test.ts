import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { durableStorage } from "../../../functions/account/durable-storage.ts";
import { storagePromises } from "../../pure/account/storage-promises.ts";

describe("the storage port on a Durable Object's SQLite", () => {
  it.each(Object.entries(storagePromises))("%s", async (_name, keeps) => {
    const stub = env.ACCOUNT.get(env.ACCOUNT.newUniqueId());
    await runInDurableObject(stub, (_object, state) =>
      keeps(durableStorage(state.storage), expect),
    );
  });
});
