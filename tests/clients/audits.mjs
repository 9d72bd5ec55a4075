// The audit suite of the GraphQL-over-HTTP specification's own reference implementation: prints each audit's result.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.env.ZHENDUAN_URL });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
