import { readFileSync } from "node:fs";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The operations of the console, a file each under its digest, so that a server that runs none but registered documents knows them. */
const documents: Plugin = {
  name: "documents",
  generateBundle() {
    const all = JSON.parse(readFileSync("src/gql/persisted-documents.json", "utf8")) as Record<string, string>;
    for (const [digest, text] of Object.entries(all)) this.emitFile({ type: "asset", fileName: `documents/${digest.replace("sha256:", "")}.graphql`, source: text });
  },
};

/** Two pages: the console, and the small page on which anyone checks a certificate, a report or a dossier. */
export default defineConfig({
  plugins: [react(), documents],
  build: {
    outDir: "../graphql/api/server/console_pages",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: { index: "index.html", verify: "verify.html" } },
  },
  server: { proxy: { "/graphql": "http://127.0.0.1:8000", "/session": "http://127.0.0.1:8000" } },
});
