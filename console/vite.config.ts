import { readFileSync } from "node:fs";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

import { wholeLists } from "./whole-lists.ts";

const registered = () => JSON.parse(readFileSync("src/gql/persisted-documents.json", "utf8")) as Record<string, string>;

/** Each operation is sent by its digest alone: its text stays out of what the browser loads, but for where its lists go on. */
const digests: Plugin = {
  name: "digests",
  enforce: "pre",
  transform(code, id) {
    if (!/\/src\/(?!gql\/)[^?]*\.tsx?$/.test(id) || !code.includes("graphql(`")) return null;
    const named = new Map(Object.entries(registered()).map(([hash, text]) => [/^(?:query|mutation) (\w+)/.exec(text)?.[1], hash]));
    return code.replaceAll(/graphql\(`\s*(?:query|mutation) (\w+)[^`]*`\)/g, (whole, name: string) => {
      const hash = named.get(name);
      if (hash === undefined) return whole;
      const lists = wholeLists(registered()[hash] ?? "");
      return `({ __meta__: ${JSON.stringify(Object.keys(lists).length ? { hash, lists } : { hash })} })`;
    });
  },
};

/** The operations of the console, a file each under its digest, so that a server that runs none but registered documents knows them. */
const documents: Plugin = {
  name: "documents",
  generateBundle() {
    for (const [digest, text] of Object.entries(registered())) this.emitFile({ type: "asset", fileName: `documents/${digest.replace("sha256:", "")}.graphql`, source: text });
  },
};

/** Two pages: the console, and the small page on which anyone checks a certificate, a report or a dossier. */
export default defineConfig({
  plugins: [digests, react(), documents],
  build: {
    outDir: "../graphql/api/server/console_pages",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: { index: "index.html", verify: "verify.html" } },
  },
  server: { proxy: { "/graphql": "http://127.0.0.1:8000", "/session": "http://127.0.0.1:8000" } },
});
