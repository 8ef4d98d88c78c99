// Bundles the page, its worker and the service worker into the folder that is named: node build.mjs OUT
import { build } from "esbuild";

const out = process.argv[2];
await build({
  entryPoints: { page: "src/page.ts", engine: "src/engine.ts", worker: "src/worker.ts", offline: "src/offline.ts" },
  splitting: true, // so that there is one engine room, for the page and for whoever asks it by itself
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["./pyodide/pyodide.mjs"],
  legalComments: "linked",
  logLevel: "warning",
});
