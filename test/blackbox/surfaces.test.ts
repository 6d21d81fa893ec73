import { afterAll, beforeAll, describe } from "vitest";
import { startReceiver, type Receiver } from "./harness/receiver.ts";
import { startSystem, type TestSystem } from "./harness/system.ts";
import { falSuite } from "./surfaces/fal.ts";
import { openAiSuite } from "./surfaces/openai.ts";
import { pythonSuite } from "./surfaces/python.ts";
import { replicateSuite } from "./surfaces/replicate.ts";
import { stabilitySuite } from "./surfaces/stability.ts";

/** One running system for every client: its start takes seconds. */
let system: TestSystem;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  system = await startSystem();
});

afterAll(async () => {
  await system?.stack.close();
  await receiver?.close();
});

const running = () => ({ system, receiver });
describe("the npm client replicate", () => replicateSuite(running));
describe("the npm client openai", () => openAiSuite(running));
describe("the npm client @fal-ai/client", () => falSuite(running));
describe("a caller of Stability's API", () => stabilitySuite(running));
describe("the Python clients", () => pythonSuite(running));
