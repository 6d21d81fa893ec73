import { createHash } from "node:crypto";
import { EditTask } from "../../schemas/edit.ts";
import type { Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";

/** A model as surfaces address it: a name, the version that stands for it, and the task of its edits. */
export interface Model {
  readonly name: string;
  /** 64 hexadecimal digits. */
  readonly version: string;
  readonly task: EditTask;
}

/** Inlay's tasks by the names of models, such as `inlay/paint-by-example`. */
export const ownModels: readonly Model[] = EditTask.options.map((task) => {
  const name = `inlay/${task.replaceAll("_", "-")}`;
  return { name, version: createHash("sha256").update(name).digest("hex"), task };
});

/** The name that a task goes by. */
export function modelOf(task: EditTask): Model {
  const model = ownModels.find((known) => known.task === task);
  if (model === undefined) throw new Error(`no model stands for ${task}`);
  return model;
}

/** The model that a reference means: `owner/name`, `owner/name:version` or a version alone. */
export function findModel(models: readonly Model[], reference: string): Result<Model, Refusal> {
  const [name, version = null] = reference.includes("/")
    ? reference.split(":", 2)
    : [null, reference];
  const found = models.find(
    (model) =>
      (name === null || model.name === name) && (version === null || model.version === version),
  );
  if (found !== undefined) return ok(found);
  const names = models.map((model) => model.name).join(", ");
  return err({
    code: "model_unknown",
    detail: `There is no model or version ${reference.slice(0, 200)}. There are ${names}, whose versions can be left out.`,
  });
}
