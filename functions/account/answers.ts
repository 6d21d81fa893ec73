import type { Edit } from "../../schemas/edit.ts";
import type { WorkMessage } from "../../schemas/work-message.ts";
import type { SettledParameters } from "./edit-row.ts";
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

/** An edit with what it was asked, as compatible surfaces show it. */
export interface EditRecord {
  readonly edit: Edit;
  readonly parameters: SettledParameters;
}

/** A page of them. */
export interface EditRecords {
  readonly data: readonly EditRecord[];
  readonly next: string | null;
}

/** What a cancelled edit is answered with. */
export interface CanceledEdit {
  readonly edit: Edit;
  readonly messages: readonly WorkMessage[];
}
