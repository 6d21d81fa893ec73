import { limits } from "../../../schemas/limits.ts";
import { pictureTypes } from "../page-settings.ts";
import type { Trouble } from "./journey.ts";
import type { Size } from "./view.ts";

/** A picture that can be edited: its file, untouched, and how it is displayed. */
export interface Picture extends Size {
  readonly file: Blob;
  readonly name: string;
  readonly bitmap: ImageBitmap;
}

/** Why a file cannot be edited, with the remedy. */
export class PictureError extends Error {
  readonly trouble: Trouble;

  constructor(title: string, detail: string) {
    super(title);
    this.trouble = { title, detail, code: null, requestId: null };
  }
}

const megapixels = (pixels: number) => Math.round(pixels / 100_000) / 10;

/**
 * Reads a picture as it is displayed, its orientation applied; the file itself stays as it is.
 *
 * @throws {PictureError} for what the service would refuse.
 */
export async function readPicture(file: Blob, name: string): Promise<Picture> {
  if (!pictureTypes.includes(file.type)) {
    throw new PictureError(
      "This file is not a picture that can be edited",
      "Choose a PNG, a JPEG, a WebP, an AVIF or a HEIC.",
    );
  }
  if (file.size > limits.imageBytes) {
    throw new PictureError(
      "The file is too large",
      `It has ${Math.ceil(file.size / 1024 / 1024)} MiB; up to ${limits.imageBytes / 1024 / 1024} are taken.`,
    );
  }
  const bitmap = await createImageBitmap(file).catch(() => {
    if (file.type === "image/heic" || file.type === "image/heif") {
      throw new PictureError(
        "This browser cannot show HEIC",
        "The service takes it as it is. To brush over it here, open the page in Safari, or export it as JPEG.",
      );
    }
    throw new PictureError(
      "The picture cannot be read",
      "The file is damaged, or not what its name says. Save it again and choose that.",
    );
  });
  const { width, height } = bitmap;
  if (width * height > limits.maxPixels || Math.max(width, height) > limits.maxSide) {
    throw new PictureError(
      "The picture has too many pixels",
      `It has ${megapixels(width * height)} megapixels; up to ${megapixels(limits.maxPixels)} are taken, and ${limits.maxSide} pixels a side.`,
    );
  }
  if (Math.min(width, height) < limits.minSide) {
    throw new PictureError(
      "The picture is too small",
      `Each side has to have ${limits.minSide} pixels at least.`,
    );
  }
  return { file, name, bitmap, width, height };
}
