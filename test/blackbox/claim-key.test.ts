import { execFileSync } from "node:child_process";
import { createPublicKey, webcrypto } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readConfiguration } from "../../functions/env.ts";
import { readClaimKey, signClaim } from "../../functions/provenance/claim-signer.ts";
import { developmentSigner } from "../../infra/local/claim-signer.ts";
import { codeHolding } from "../harness/code-blocks.ts";

it("a key made as docs/provenance.md says is what the Worker signs claims with", async () => {
  const folder = mkdtempSync(join(tmpdir(), "inlay-claim-key-"));
  // What a certificate authority answers, and what keeps the secrets.
  writeFileSync(join(folder, "chain.pem"), developmentSigner().C2PA_CERTIFICATES);
  writeFileSync(
    join(folder, "npx"),
    '#!/bin/sh\n[ "$1 $2 $3" = "wrangler secret put" ] && cat >"$4"\n',
  );
  chmodSync(join(folder, "npx"), 0o755);
  execFileSync("sh", ["-ec", codeHolding("docs/provenance.md", "openssl ecparam")], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    stdio: "pipe",
  });
  const secret = (name: string) => readFileSync(join(folder, name), "utf8");
  const { C2PA_KEY: pem } = readConfiguration({
    SIGNING_KEYS: `k1:${"a".repeat(43)}`,
    ...{ ACCOUNT_ID_SECRET: "a".repeat(16), ADMIN_SECRET: "b".repeat(16) },
    ...{ PROVIDER: "cog", COG_URL: "http://127.0.0.1:5000", COG_CALLBACK_TOKEN: "c".repeat(16) },
    ...{ C2PA_KEY: secret("C2PA_KEY"), C2PA_CERTIFICATES: secret("C2PA_CERTIFICATES") },
  });

  const claim = new Uint8Array([0x84, 0x6a, ...Buffer.from("Signature1"), 1, 2, 3]);
  const signed = await signClaim(await readClaimKey(pem), claim);
  const asked = execFileSync("openssl", ["req", "-in", "claim.csr", "-pubkey", "-noout"], {
    cwd: folder,
  });
  const key = await webcrypto.subtle.importKey(
    "spki",
    createPublicKey(asked).export({ type: "spki", format: "der" }),
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["verify"],
  );
  if (!signed.ok) throw new Error(signed.problem);
  const by = { name: "ECDSA", hash: "SHA-256" };
  expect(await webcrypto.subtle.verify(by, key, signed.value, claim)).toBe(true);
});

it("a key without certificates, or certificates without a key, stop the Worker with their names", () => {
  const { C2PA_KEY, C2PA_CERTIFICATES } = developmentSigner();
  for (const half of [{ C2PA_KEY }, { C2PA_CERTIFICATES }]) {
    const environment = {
      SIGNING_KEYS: `k1:${"a".repeat(43)}`,
      ...{ ACCOUNT_ID_SECRET: "a".repeat(16), ADMIN_SECRET: "b".repeat(16) },
      ...{ PROVIDER: "cog", COG_URL: "http://127.0.0.1:5000", COG_CALLBACK_TOKEN: "c".repeat(16) },
    };
    expect(() => readConfiguration({ ...environment, ...half })).toThrow("C2PA_CERTIFICATES");
    expect(() => readConfiguration({ ...environment, C2PA_KEY: "guess" })).toThrow("C2PA_KEY");
  }
});
