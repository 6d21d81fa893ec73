import type { Edit } from "../../../schemas/edit.ts";
import type { AppContext } from "../../api/app-env.ts";
import { endedEdit } from "../ended.ts";
import { jsonObject } from "../json-object.ts";
import { placeForm, placeJson } from "../order.ts";
import { outputFile } from "../output-file.ts";
import { isForm, type SurfaceRoute } from "../surface-route.ts";
import { base64Of, eventStreamHeaders, textStream } from "../text-stream.ts";
import { deliveredOutputs, imagesAnswer, type Delivered } from "./answer.ts";
import type { EventFamily } from "./events.ts";
import { readEdit, readGeneration, type Wanted } from "./request.ts";
import { imageEvents } from "./stream.ts";

/** OpenAI's image routes. */
export const openAiRoutes: readonly SurfaceRoute[] = [
  {
    method: "POST",
    path: "/v1/images/edits",
    takes: "either",
    summary: "change a picture where its mask says so",
    handle: editImage,
  },
  {
    method: "POST",
    path: "/v1/images/generations",
    takes: "application/json",
    summary: "paint a picture from a prompt",
    handle: generateImage,
  },
];

async function editImage(c: AppContext): Promise<Response> {
  let wanted: Wanted | null = null;
  const read = (sent: Readonly<Record<string, unknown>>) => {
    const request = readEdit(sent);
    wanted = request.wanted;
    return request.order;
  };
  const edit = isForm(c)
    ? await placeForm(c, read)
    : await placeJson(c, async () => read(await jsonObject(c)));
  return answer(c, edit, "image_edit", wanted);
}

async function generateImage(c: AppContext): Promise<Response> {
  let wanted: Wanted | null = null;
  const edit = await placeJson(c, async () => {
    const request = readGeneration(await jsonObject(c));
    wanted = request.wanted;
    return request.order;
  });
  return answer(c, edit, "image_generation", wanted);
}

/** The pictures once they are there, or the events on the way to them. */
async function answer(
  c: AppContext,
  placed: Edit,
  family: EventFamily,
  wanted: Wanted | null,
): Promise<Response> {
  const { stream = false, partialImages = 0, responseFormat = "b64_json" } = wanted ?? {};
  c.header("inlay-edit", placed.id);
  if (stream) {
    const events = imageEvents(c, placed, { family, partialImages });
    return c.body(textStream(events), 200, eventStreamHeaders);
  }
  const edit = await endedEdit(c, placed.id);
  const files = new Map<string, R2ObjectBody>();
  if (responseFormat === "b64_json") {
    // Asked for before the answer begins: a file that is missing is an error, and no broken JSON.
    for (const { url } of deliveredOutputs(edit)) files.set(url, await outputFile(c, url));
  }
  const b64 = async function* ({ url }: Delivered) {
    const file = files.get(url);
    if (file !== undefined) yield* base64Of(file.body);
  };
  const text = imagesAnswer(edit, responseFormat === "url" ? null : b64);
  return c.body(textStream(text), 200, { "content-type": "application/json" });
}
