// graphql-sse: queries, subscriptions and faults in both modes of its protocol.
import { createClient } from 'graphql-sse';

const { ZHENDUAN_URL: url, TOKEN: token, AFTER: after } = process.env;
const query = 'subscription ($after: String) { diagnosisEvents(after: $after) { cursor type } }';
const found = {};
for (const singleConnection of [false, true]) {
  const client = createClient({
    url,
    singleConnection,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const ask = async (given, count) => {
    const results = [];
    for await (const result of client.iterate(given)) {
      results.push(result);
      if (results.length === count) break;
    }
    return results;
  };
  const [[viewer], events, [fault]] = await Promise.all([
    ask({ query: '{ viewer { role } }' }, 1),
    ask({ query, variables: { after } }, 3),
    ask({ query: '{ nothing }' }, 1),
  ]);
  found[singleConnection ? 'single' : 'distinct'] = {
    role: viewer.data.viewer.role,
    events: events.map(({ data }) => data.diagnosisEvents.type),
    fault: fault.errors[0].extensions.code,
  };
  client.dispose();
}
console.log(JSON.stringify(found));
