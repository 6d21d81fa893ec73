const microcreditsPerCredit = 1_000_000;

/** An amount as people read it: credits to as many places as it has, no fewer than two. */
export function credits(microcredits: number): string {
  const amount = (microcredits / microcreditsPerCredit).toLocaleString("en", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  });
  return `${amount} ${amount === "1.00" ? "credit" : "credits"}`;
}

/** A balance, to the hundredth: never more than there is. */
export function balance(microcredits: number): string {
  const hundredths = Math.floor(microcredits / (microcreditsPerCredit / 100)) / 100;
  return hundredths.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
