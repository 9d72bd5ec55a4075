// GraphQL Code Generator, client preset: types of the real queries, from the published schema.
import { generate } from '@graphql-codegen/cli';

const { SCHEMA: schema, QUERIES: queries, OUT: out } = process.env;
const files = await generate(
  { schema, documents: [`${queries}/*.graphql`], generates: { [`${out}/`]: { preset: 'client', presetConfig: { persistedDocuments: true } } }, silent: true },
  true,
);
console.log(JSON.stringify(files.map(({ filename }) => filename.slice(out.length + 1))));
