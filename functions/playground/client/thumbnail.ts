import { contextOf, newCanvas } from "./elements.ts";

const longest = 224;

/** A small JPEG of a picture, for the row of earlier edits. */
export async function thumbnailOf(picture: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(picture);
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = newCanvas(bitmap.width * scale, bitmap.height * scale);
  contextOf(canvas).drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error("no thumbnail")) : resolve(blob)),
      "image/jpeg",
      0.82,
    );
  });
}
