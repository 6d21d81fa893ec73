/** What a comparison of kept pixels has found. */
export interface KeptCheck {
  /** Pixels outside the mask. */
  readonly kept: number;
  /** Those of them that differ in any sample. */
  readonly changed: number;
  /** The largest difference of a sample, of 255. */
  readonly largest: number;
}

export const nothingChecked: KeptCheck = { kept: 0, changed: 0, largest: 0 };

/** Adds a band of RGBA pixels to a comparison: those where the mask's alpha is below 128 are kept ones. */
export function checkBand(
  sofar: KeptCheck,
  before: Uint8ClampedArray,
  after: Uint8ClampedArray,
  mask: Uint8ClampedArray,
): KeptCheck {
  let { kept, changed, largest } = sofar;
  for (let at = 0; at < mask.length; at += 4) {
    if ((mask[at + 3] ?? 0) >= 128) continue;
    kept += 1;
    let difference = 0;
    for (let channel = at; channel < at + 4; channel++) {
      difference = Math.max(difference, Math.abs((before[channel] ?? 0) - (after[channel] ?? 0)));
    }
    if (difference > 0) changed += 1;
    largest = Math.max(largest, difference);
  }
  return { kept, changed, largest };
}
