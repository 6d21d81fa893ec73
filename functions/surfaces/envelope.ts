/** An error in the form that a surface's clients read. */
export interface Envelope {
  readonly status: number;
  readonly contentType: "application/json" | "application/problem+json";
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}
