import type { Edit } from "../../schemas/edit.ts";
import { archivePrefix } from "../images/object-keys.ts";

/**
 * An edit as it was archived; null where it is not, or not yet. A batch is named by its last edit, so that the first name
 * behind an edit's id is that of its batch.
 */
export async function readArchivedEdit(
  bucket: R2Bucket,
  account: string,
  id: string,
): Promise<Edit | null> {
  const prefix = archivePrefix(account);
  const { objects } = await bucket.list({ prefix, startAfter: `${prefix}${id}`, limit: 1 });
  const batch = objects[0] === undefined ? null : await bucket.get(objects[0].key);
  for (const line of (await batch?.text())?.split("\n") ?? []) {
    if (line === "") continue;
    const { type, data } = JSON.parse(line) as { type: string; data: Edit };
    if (type === "edit" && data.id === id) return data;
  }
  return null;
}
