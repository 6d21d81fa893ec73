import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

const root = join(import.meta.dirname, "..");

/**
 * Writes the npm package of the client and the command line into a folder: each in one file for Node 20 and newer, and
 * the client's types, which alone need other packages.
 */
export function buildPackage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const bundle = (entry: string, outfile: string, banner = "") =>
    buildSync({
      entryPoints: [join(root, entry)],
      outfile: join(folder, outfile),
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      banner: { js: banner },
      absWorkingDir: root,
    });
  bundle("infra/client/index.ts", "client.mjs");
  bundle("infra/cli/main.ts", "inlay.mjs", "#!/usr/bin/env node");
  writeTypes(join(folder, "types"));
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  const { name, version, description, license, engines, dependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const typed = ["@hono/zod-openapi", "hono", "zod"];
  const manifest = {
    ...{ name, version, description, license, type: "module", engines },
    bin: { [name]: "inlay.mjs" },
    exports: { ".": { types: "./types/infra/client/index.d.ts", default: "./client.mjs" } },
    dependencies: Object.fromEntries(typed.map((one) => [one, dependencies[one]])),
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

function writeTypes(folder: string): void {
  const options = [
    ...["--ignoreConfig", "--declaration", "--emitDeclarationOnly", "--outDir", folder],
    ...["--rewriteRelativeImportExtensions", "--target", "es2024", "--module", "esnext"],
    ...["--moduleResolution", "bundler", "--strict", "--exactOptionalPropertyTypes"],
    ...["--skipLibCheck", "--types", "@cloudflare/workers-types,node"],
  ];
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "infra/client/index.ts", ...options], {
    cwd: root,
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`The types cannot be written:\n${result.stdout}`);
}

if (import.meta.main) {
  const folder = join(root, "dist/package");
  buildPackage(folder);
  console.log(`✓ dist/package is ready: npm publish ./dist/package`);
}
