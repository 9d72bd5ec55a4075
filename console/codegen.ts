import type { CodegenConfig } from "@graphql-codegen/cli";

/** Typed operations from the printed schema: a field that goes breaks the build. Documents are replaced by their digests. */
const config: CodegenConfig = {
  schema: "../graphql/schema.graphql",
  documents: ["src/**/*.{ts,tsx}"],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { mode: "replaceDocumentWithHash", hashAlgorithm: "sha256", hashPropertyName: "hash" },
      },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        avoidOptionals: { field: true, inputValue: false },
        scalars: { Date: "string", DateTime: "string", Decimal: "string", ID: "string", JSON: "unknown" },
      },
    },
  },
};

export default config;
