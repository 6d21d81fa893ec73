import { describe, expect, it } from "vitest";
import { nodeStorage } from "../../harness/node-storage.ts";
import { storagePromises } from "./storage-promises.ts";

describe("the storage port on node:sqlite", () => {
  it.each(Object.entries(storagePromises))("%s", (_name, keeps) => {
    keeps(nodeStorage(), expect);
  });
});
