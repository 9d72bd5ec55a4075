// GraphQL Inspector: what breaks clients between two texts of the schema, each with the coordinate that is concerned.
import { readFileSync } from 'node:fs';

import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf-8')));
const changes = await diff(before, after);
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
console.log(JSON.stringify(breaking.map(({ path, message }) => ({ path, message }))));
