// Bundles the page, its worker and the service worker into the folder that is named: node build.mjs OUT
import { build } from "esbuild";

const out = process.argv[2];
await build({
  entryPoints: { page: "src/page.ts", worker: "src/worker.ts", offline: "src/offline.ts" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["./pyodide/pyodide.mjs"],
  legalComments: "linked",
  logLevel: "warning",
});
