import { RequestedParameters } from "../../schemas/edit.ts";
import { refuseField, type Refusal } from "../errors/refusal.ts";
import { err, ok, type Result } from "../result.ts";

/** What surfaces have a parameter for and edits do not have yet. */
interface Pending {
  readonly mask_mode?: string;
  readonly mask_resize?: boolean;
  readonly grow?: number;
  readonly left?: number;
  readonly right?: number;
  readonly up?: number;
  readonly down?: number;
  readonly quality?: number;
}

/** What a request of a surface asks of an edit. */
export type Asked = Partial<RequestedParameters> & Pending;

const outpainting = { harmless: [0], detail: "Outpainting is not served here yet." };

/**
 * The values of pending parameters that change nothing, and what is said of every other one. An entry goes, and nothing
 * else changes, once `RequestedParameters` has the parameter: it is passed on then.
 */
export const pendingParameters: Readonly<
  Record<keyof Pending, { readonly harmless: readonly unknown[]; readonly detail: string }>
> = {
  mask_mode: {
    harmless: ["white"],
    detail:
      "Masks are read as white for repaint. Send a black and white mask and mask_mode=white; transparency is not read yet.",
  },
  mask_resize: { harmless: [false], detail: "Send a mask as large as the image." },
  grow: {
    harmless: [0],
    detail: "The mask is taken as it is and cannot be grown here yet. Send 0.",
  },
  left: outpainting,
  right: outpainting,
  up: outpainting,
  down: outpainting,
  quality: {
    harmless: [],
    detail: "The quality of the output file cannot be chosen here yet. Leave it out, or send PNG.",
  },
};

/**
 * Every parameter with its default, or the refusal of one that is not served yet or not valid; pointers are to Inlay's
 * own names.
 */
export function completed(asked: Asked): Result<RequestedParameters, Refusal> {
  const known: Record<string, unknown> = { ...asked };
  for (const [name, { harmless, detail }] of Object.entries(pendingParameters)) {
    const value = known[name];
    if (value !== undefined && !harmless.includes(value)) {
      return err(refuseField("parameter_unsupported", `/${name}`, detail));
    }
    delete known[name];
  }
  const parsed = RequestedParameters.safeParse(known);
  if (parsed.success) return ok(parsed.data);
  const errors = parsed.error.issues.map(({ path, message: detail }) => ({
    pointer: `/${path.join("/")}`,
    detail,
  }));
  return err({ code: "request_invalid", detail: errors[0]?.detail ?? "", errors });
}
