// graphql-eslint: the rules that were chosen for the published schema and for the real queries.
import graphql from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';

const { SCHEMA: schema, QUERIES: queries } = process.env;
const common = { plugins: { '@graphql-eslint': graphql } };
const parsing = { parser: graphql.parser, parserOptions: { graphQLConfig: { schema, documents: `${queries}/*.graphql` } } };
const rules = (names) => Object.fromEntries(Object.entries(names).map(([name, how]) => [`@graphql-eslint/${name}`, how]));
const eslint = new ESLint({
  cwd: '/',
  overrideConfigFile: true,
  overrideConfig: [
    {
      ...common,
      files: ['**/schema.graphql'],
      languageOptions: parsing,
      rules: rules({
        'no-hashtag-description': 'error',
        'require-deprecation-reason': 'error',
        'require-description': ['error', { types: true, rootField: true, FieldDefinition: true }],
        'unique-enum-value-names': 'error',
        'naming-convention': ['error', {
          types: 'PascalCase', FieldDefinition: 'camelCase', InputValueDefinition: 'camelCase', Argument: 'camelCase',
          DirectiveDefinition: 'camelCase', EnumValueDefinition: 'UPPER_CASE',
        }],
      }),
    },
    {
      ...common,
      files: ['**/queries/*.graphql'],
      languageOptions: parsing,
      rules: rules({
        'fields-on-correct-type': 'error',
        'known-argument-names': 'error',
        'known-type-names': 'error',
        'no-anonymous-operations': 'error',
        'no-deprecated': 'error',
        'no-duplicate-fields': 'error',
        'no-unused-fragments': 'error',
        'no-unused-variables': 'error',
        'scalar-leafs': 'error',
        'unique-operation-name': 'error',
        'variables-in-allowed-position': 'error',
      }),
    },
  ],
});
const results = await eslint.lintFiles([schema, `${queries}/*.graphql`].map((path) => path.replace(/^\//, '')));
const lines = await import('node:fs').then(({ readFileSync }) => readFileSync(schema, 'utf-8').split('\n'));
console.log(JSON.stringify(results.flatMap(({ filePath, messages }) =>
  messages.map(({ ruleId, line, message }) => ({ file: filePath.split('/').at(-1), rule: ruleId, line, message, text: lines[line - 1]?.trim() })))));
