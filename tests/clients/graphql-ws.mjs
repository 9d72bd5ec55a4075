// graphql-ws: follows a subscription, leaves, and goes on after the last event it saw by the argument `after`.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { ZHENDUAN_URL: url, TOKEN: token, AFTER: after } = process.env;
const client = createClient({
  url: url.replace('http', 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
});
const query = 'subscription ($after: String) { diagnosisEvents(after: $after) { cursor type } }';

async function follow(from, count) {
  const events = [];
  for await (const { data, errors } of client.iterate({ query, variables: { after: from } })) {
    if (errors) throw new Error(JSON.stringify(errors));
    events.push(data.diagnosisEvents);
    if (events.length === count) break;
  }
  return events;
}

const every = await follow(after, 4);
const first = await follow(after, 2);
const rest = await follow(first[1].cursor, 2);
const asked = client.iterate({ query: '{ viewer { role } }' });
const { value } = await asked.next();
await client.dispose();
const types = (events) => events.map((event) => event.type);
console.log(JSON.stringify({ every: types(every), resumed: types([...first, ...rest]), role: value.data.viewer.role }));
