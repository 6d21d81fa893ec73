/** A defect that the simulation has to find: exact strings of production files and what stands there instead. */
export interface Mutant {
  readonly name: string;
  readonly patches: readonly {
    readonly file: string;
    readonly find: string;
    readonly replace: string;
  }[];
}

const mutant = (name: string, file: string, find: string, replace: string): Mutant => ({
  name,
  patches: [{ file: `functions/${file}`, find, replace }],
});

const withoutEffect = (effect: string) =>
  `{ const over = end(state, "canceled", 0, running); return { ...over, effects: over.effects.filter(({ type }) => type !== "${effect}") }; }`;

/** One defect each; every one of them is killed by the simulation, or the simulation is not worth its name. */
export const mutants: readonly Mutant[] = [
  mutant(
    "charges by attempt instead of by edit",
    "account/advance.ts",
    "    delivered * row.unit_price,",
    "    delivered * row.unit_price * state.attempt,",
  ),
  mutant(
    "lets an old attempt's failure end the attempt that runs",
    "account/edit-machine.ts",
    'case "lost":\n      if (!running || event.attempt !== state.attempt) return unchanged;',
    'case "lost":\n      if (!running) return unchanged;',
  ),
  mutant(
    "ignores an old attempt's success",
    "account/edit-machine.ts",
    'case "succeeded": {',
    'case "succeeded": {\n      if (event.attempt !== state.attempt) return unchanged;',
  ),
  mutant(
    "acknowledges a callback before its commit",
    "callback/take-news.ts",
    'if (manifest !== null) return account.report(edit, attempt, { type: "manifest", manifest });',
    'if (manifest !== null) { account.report(edit, attempt, { type: "manifest", manifest }).catch(() => []); return []; }',
  ),
  mutant(
    "forgets to give the slot back on cancel",
    "account/edit-machine.ts",
    'return end(state, "canceled", 0, running);',
    withoutEffect("free_slot"),
  ),
  mutant(
    "forgets to release the money on cancel",
    "account/edit-machine.ts",
    'return end(state, "canceled", 0, running);',
    withoutEffect("settle"),
  ),
  mutant(
    "lets a terminal state change",
    "account/edit-machine.ts",
    "if (isTerminal(state.status)) return unchanged;",
    'if (state.status === "succeeded") return unchanged;',
  ),
  {
    name: "has no second net for a lost alarm",
    patches: [
      {
        file: "functions/account/waker.ts",
        find: "const written = this.#recorded !== null && this.#recorded <= (due ?? Infinity);",
        replace: "const written = true;",
      },
      {
        file: "functions/directory/accounts.ts",
        find: ".bind(id, now, now + visitEvery)",
        replace: ".bind(id, now, null)",
      },
    ],
  },
  {
    name: "grants without looking at the external id",
    patches: [
      {
        file: "functions/account/ledger.ts",
        find: "move(context, { kind, externalId, available",
        replace: 'move(context, { kind, externalId: externalId + context.newId("evt"), available',
      },
      {
        file: "functions/account/ledger.ts",
        find: "if (entry === undefined) throw new Error(`the ${kind} was not written`);",
        replace: "if (entry === undefined) return ok(null as never);",
      },
    ],
  },
  {
    name: "closes grants with the days that they were made on",
    patches: [
      {
        file: "functions/account/ledger-tables.ts",
        find: "AND id <= NEW.id AND external_id IS NULL;`",
        replace: "AND id <= NEW.id;`",
      },
      {
        file: "functions/account/ledger-tables.ts",
        find: "WHERE OLD.external_id IS NOT NULL\n      OR NOT EXISTS",
        replace: "WHERE NOT EXISTS",
      },
    ],
  },
  mutant(
    "lets go of a day's entries before they are in the archive",
    "reports/put-away.ts",
    "  if (batch === null) return;",
    '  if (batch === null) return;\n  if (key.includes("/ledger/")) return account.finishArchive(key);',
  ),
  mutant(
    "does not remember which edit a key made",
    "account/accept.ts",
    "      recordKey(context, request.idempotencyKey, fingerprint, row.id);\n",
    "",
  ),
  mutant(
    "takes other content under a known key",
    "account/idempotency.ts",
    "if (row.fingerprint === fingerprint) return ok(row.edit);",
    "return ok(row.edit);",
  ),
  mutant(
    "leaves gaps in the event log",
    "account/events.ts",
    "SET last_sequence = last_sequence + 1",
    "SET last_sequence = last_sequence + 2",
  ),
  mutant(
    "charges blocked outputs",
    "account/attempts.ts",
    "manifest.outputs.filter((output) => output.blocked === null).length",
    "manifest.outputs.length",
  ),
  mutant(
    "gives out more slots than there are",
    "dispatch/pool.ts",
    "if (place > free) {",
    "if (place > free + 1) {",
  ),
  mutant(
    "does not give slots back",
    "dispatch/perform.ts",
    "await services.pool.release(message.edit, message.attempt)",
    'await services.pool.release("")',
  ),
  mutant(
    "frees a newer attempt's slot by an older one's release",
    "dispatch/pool.ts",
    "AND (?2 IS NULL OR attempt IS NULL OR attempt <= ?2)",
    "AND (?2 IS NULL OR true)",
  ),
  {
    name: "has every release call up everyone who could start",
    patches: [
      {
        file: "functions/dispatch/pool.ts",
        find: "freed === 0 ? [] : this.#line(now, Math.max(Math.min(freed, this.#free()), 0))",
        replace: "freed < 0 ? [] : this.#line(now, Math.max(this.#free(), 0))",
      },
      {
        file: "functions/dispatch/dispatch.ts",
        find: 'if (claim === "running") return [];',
        replace: 'if (claim === "running") return [{ v: 1, type: "release", account: id, edit }];',
      },
    ],
  },
  mutant(
    "gives a webhook up after one failure",
    "deliver/delivery-machine.ts",
    "if (status === 410) return",
    "if (status !== null) return",
  ),
  mutant(
    "takes a redirect for a delivery",
    "deliver/delivery-machine.ts",
    "status >= 200 && status < 300",
    "status >= 200 && status < 400",
  ),
  mutant(
    "takes a forged callback",
    "images/signed-url.ts",
    "expected === null || !sameText(expected, given)",
    "expected === null",
  ),
  mutant(
    "removes the files of an edit whose acceptance was answered by nobody",
    "api/edits/staged-intake.ts",
    "if (unused) await purge",
    "await purge",
  ),
  mutant(
    "accepts pictures that were swept away",
    "account/accept.ts",
    "if (rows.length > 0) return ok(null);",
    "return ok(null);",
  ),
  mutant(
    "never ends an edit whose time is over",
    "account/due.ts",
    "    take: endExpired,\n",
    "    take: () => [],\n",
  ),
  mutant(
    "uses an attempt's number again",
    "account/edit-machine.ts",
    'state: { ...state, status: "queued", counted: state.counted - 1 },',
    'state: { status: "queued", attempt: state.attempt - 1, counted: state.counted - 1 },',
  ),
];
