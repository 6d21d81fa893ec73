import { createHash } from "node:crypto";
import { extname, join } from "node:path";
import { buildSync } from "esbuild";

const root = join(import.meta.dirname, "..");
const folder = join(root, "functions/playground");

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
  ".jpg": "image/jpeg",
};

/** What the page calls its files, and where each comes from. */
const entries = {
  script: join(folder, "client/main.ts"),
  style: join(folder, "style/index.css"),
  icon: join(folder, "icon.svg"),
  sample: join(root, "infra/local/photo/dandelions.jpg"),
};

/**
 * The files of the playground's page as the Worker holds them: script and style in one piece each, pictures and fonts as
 * they are, every one under a name that changes with its content.
 */
export function playgroundFiles(): string {
  const built = buildSync({
    entryPoints: Object.entries(entries).map(([out, path]) => ({ out, in: path })),
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: ["es2023", "chrome120", "firefox121", "safari17"],
    legalComments: "none",
    outdir: join(folder, "out"),
    publicPath: "/playground",
    entryNames: "[name]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "copy", ".jpg": "copy" },
    absWorkingDir: root,
    tsconfig: join(folder, "client/tsconfig.json"),
  });
  const names: Record<string, string> = {};
  const files: Record<string, { readonly type: string; readonly base64: string }> = {};
  for (const { path, contents } of built.outputFiles) {
    const type = types[extname(path)];
    if (type === undefined) throw new Error(`the playground has no use for ${path}`);
    const stem = path.slice(path.lastIndexOf("/") + 1, -extname(path).length);
    const entry = Object.hasOwn(entries, stem);
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 10);
    const name = entry ? `${stem}-${hash}${extname(path)}` : `${stem}${extname(path)}`;
    files[name] = { type, base64: Buffer.from(contents).toString("base64") };
    if (entry) names[stem] = `/playground/${name}`;
  }
  return `${JSON.stringify({ names, files }, null, 1)}\n`;
}
