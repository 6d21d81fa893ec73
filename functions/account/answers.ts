import type { Edit } from "../../schemas/edit.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { Limits } from "../quotas/limits.ts";

/** A page of edits as resources. */
export interface EditResources {
  readonly data: Edit[];
  readonly next: string | null;
}

/** What an accepted (or replayed) request is answered with. */
export interface AcceptedEdit {
  readonly edit: Edit;
  readonly replayed: boolean;
  readonly messages: readonly WorkMessage[];
  readonly limits: Limits;
}

/** What a cancelled edit is answered with. */
export interface CanceledEdit {
  readonly edit: Edit;
  readonly messages: readonly WorkMessage[];
}
