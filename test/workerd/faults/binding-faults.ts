import type { Random } from "../../sim/random.ts";
import type { BindingCall, Interception } from "../harness/bindings.ts";

/** What can become of a call on a binding. */
const faultKinds = [
  /** Not made, and the caller is told so. */
  "refused",
  /** Made, and the caller is told that it failed. */
  "answer_lost",
  /** Not made: a message is said to be sent; of any other call nothing is heard for a while, and then an error. */
  "lost",
  /** Made twice. */
  "doubled",
] as const;

export type BindingFault = (typeof faultKinds)[number];

/** On average, one call in so many of a binding's meets a fault: the rarer its calls, the more of them. */
const spacing: Readonly<Record<BindingCall["binding"], number>> = {
  ACCOUNT: 25,
  POOL: 20,
  BUCKET: 20,
  DIRECTORY: 4,
  WORK: 8,
};

/** How long nothing is heard of a call that was lost, in milliseconds. */
const silence = 200;

/** What a binding still has in store: the faults of a round, and the calls until the next one. */
interface Deck {
  kinds: BindingFault[];
  calls: number;
}

/**
 * Faults at the bindings, drawn from a seed. Each binding's come in rounds of one of each kind, in a drawn order and at
 * drawn distances, so that every kind strikes wherever there are calls enough.
 */
export class BindingFaults {
  readonly counts = new Map<string, number>();
  /** Off once the faults are to stop. */
  active = true;
  /** Every call so far: while it grows, something is going on. */
  calls = 0;
  #random: Random;
  #decks = new Map<BindingCall["binding"], Deck>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Every fault that there is, by the names that `counts` has. */
  static readonly all = Object.keys(spacing).flatMap((binding) =>
    faultKinds.map((kind) => `${binding} ${kind}`),
  );

  readonly intercept: Interception = async (call, go) => {
    this.calls += 1;
    const kind = this.active ? this.#draw(call) : null;
    switch (kind) {
      case null:
        return go();
      case "refused":
        throw broken(call);
      case "answer_lost":
        await go();
        throw broken(call);
      case "lost":
        if (call.binding === "WORK") return undefined;
        await new Promise((resolve) => setTimeout(resolve, silence));
        throw broken(call);
      case "doubled":
        await go();
        return go();
      default:
        return kind satisfies never;
    }
  };

  #draw({ binding, repeatable }: BindingCall): BindingFault | null {
    const deck = this.#decks.get(binding) ?? { kinds: [], calls: this.#distance(binding) };
    this.#decks.set(binding, deck);
    if (deck.calls > 0) {
      deck.calls -= 1;
      return null;
    }
    if (deck.kinds.length === 0) deck.kinds = this.#shuffled();
    const place = deck.kinds.findIndex((kind) => repeatable || kind !== "doubled");
    const [kind] = place < 0 ? [] : deck.kinds.splice(place, 1);
    if (kind === undefined) return null;
    deck.calls = this.#distance(binding);
    const name = `${binding} ${kind}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    return kind;
  }

  #distance(binding: BindingCall["binding"]): number {
    return this.#random.below(2 * spacing[binding] - 1);
  }

  #shuffled(): BindingFault[] {
    const left = [...faultKinds];
    return faultKinds.flatMap(() => left.splice(this.#random.below(left.length), 1));
  }
}

/** The error that the platform throws where a connection broke. Objects say that trying again may help. */
function broken({ binding }: BindingCall): Error {
  const retryable = binding === "ACCOUNT" || binding === "POOL";
  return Object.assign(new Error("Network connection lost."), retryable ? { retryable } : {});
}
