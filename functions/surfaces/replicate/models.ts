import { ownModels, type Model } from "../models.ts";

/** What predictions can be asked of: Inlay's own models, and one of Replicate's that Inlay can stand in for. */
export const replicateModels: readonly Model[] = [
  ...ownModels,
  {
    name: "stability-ai/stable-diffusion-inpainting",
    version: "95b7223104132402a9ae91cc677285bc5eb997834bd2349fa486f53910fd68b3",
    task: "inpaint",
  },
];
