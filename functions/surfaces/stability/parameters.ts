import { z } from "@hono/zod-openapi";
import { OutputFormat, RequestedParameters } from "../../../schemas/edit.ts";
import { becomes, maps, picture, refused, type Rule, type Rules } from "../mapping.ts";
import { numeric } from "../numeric.ts";
import { formatNote, ownOfFills, ownOfMasks } from "../own.ts";

const field = RequestedParameters.shape;

const common: Rules = {
  image: picture("image", "one file"),
  seed: becomes(
    "seed",
    numeric(z.int().min(0).max(4_294_967_294)),
    (seed) => (seed === 0 ? {} : { seed }),
    "0, as usual, draws one",
  ),
  output_format: maps("output_format", OutputFormat, formatNote),
  style_preset: refused("There are no styles. Say it in the prompt."),
};

const masked: Rules = {
  mask: picture(
    "mask",
    "white is repainted; of any size, and brought to the image's, whose transparency is no mask",
  ),
  grow_mask: maps(
    "grow",
    numeric(z.int().min(0).max(100)),
    "0 to 100 pixels; 0 where it is left out, and not 5: what is not marked is kept",
  ),
  mask_mode: ownOfMasks["mask_mode"] as Rule,
  ...ownOfFills,
};

const side = numeric(z.int().min(0).max(2_000));
const reach = "0 to 2000 pixels; one side at least";

/** The parameters of each operation. */
export const stabilityOperations = {
  inpaint: {
    ...common,
    ...masked,
    prompt: { ...maps("prompt", field.prompt.unwrap().min(1)), required: true } as Rules[string],
    negative_prompt: maps("negative_prompt", field.negative_prompt),
  },
  erase: { ...common, ...masked },
  outpaint: {
    ...common,
    left: maps("left", side, reach),
    right: maps("right", side, reach),
    up: maps("up", side, reach),
    down: maps("down", side, reach),
    prompt: maps("prompt", field.prompt),
    ...ownOfFills,
    creativity: refused("What is painted outward follows the prompt alone.", "0.5", 0.5),
  },
} as const satisfies Record<string, Rules>;

export type StabilityOperation = keyof typeof stabilityOperations;
