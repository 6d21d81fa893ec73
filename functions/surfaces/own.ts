import { MaskedContent, MaskMode, RequestedParameters } from "../../schemas/edit.ts";
import { limits } from "../../schemas/limits.ts";
import { maps, type Rules } from "./mapping.ts";
import { flag, numeric } from "./numeric.ts";

const field = RequestedParameters.shape;
const choices = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
const reach = `Inlay's own; 0 to ${limits.maxReach} pixels`;

/** What edits have for masks and fills beyond the peers, under Inlay's own names. */
export const ownOfFills: Rules = {
  feather: maps("feather", numeric(field.feather.unwrap()), reach),
  masked_content: maps(
    "masked_content",
    MaskedContent,
    `Inlay's own; ${choices(MaskedContent.options)}`,
  ),
};
export const ownOfMasks: Rules = {
  mask_mode: maps(
    "mask_mode",
    MaskMode,
    `Inlay's own; ${choices(MaskMode.options)}: \`white\` where none is sent`,
  ),
  mask_resize: maps("mask_resize", flag, "Inlay's own; takes a mask of another size"),
  grow: maps("grow", numeric(field.grow.unwrap()), reach),
  ...ownOfFills,
};

const margin = `of \`outpaint\` alone; 0 to ${limits.maxMargin} pixels`;

/** What `outpaint` adds to each side. */
export const ownMargins: Rules = {
  left: maps("left", numeric(field.left.unwrap()), margin),
  right: maps("right", numeric(field.right.unwrap()), margin),
  up: maps("up", numeric(field.up.unwrap()), margin),
  down: maps("down", numeric(field.down.unwrap()), margin),
};

/** The formats, as the tables tell them. */
export const formatNote = "`png` where none is sent, `webp`, `jpeg`, or Inlay's own `same`";
