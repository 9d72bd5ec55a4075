// Apollo Client: signs in, asks by POST and by GET, follows a subscription over graphql-ws through its own link.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { ZHENDUAN_URL: uri, LOGIN: login, PASSWORD: password, AFTER: after } = process.env;
let token = '';
const headers = () => (token ? { authorization: `Bearer ${token}` } : {});
const authorized = new ApolloLink((operation, forward) => {
  operation.setContext({ headers: headers() });
  return forward(operation);
});
const socket = createClient({ url: uri.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: headers });
const make = (link) => new ApolloClient({ cache: new InMemoryCache(), link });
const posting = make(authorized.concat(new HttpLink({ uri })));
const getting = make(authorized.concat(new HttpLink({ uri, useGETForQueries: true })));
const following = make(new GraphQLWsLink(socket));

const signedIn = await posting.mutate({
  mutation: gql`mutation ($login: String!, $password: String!) {
    signIn(input: { login: $login, password: $password }) { session { token } userErrors { code } }
  }`,
  variables: { login, password },
});
token = signedIn.data.signIn.session.token;

const FIRMS = gql`query Firms($first: Int) {
  viewer { role }
  enterprises(first: $first) { nodes { id name } pageInfo { hasNextPage endCursor } }
}`;
const found = {};
for (const [name, client] of [['post', posting], ['get', getting]]) {
  const { data } = await client.query({ query: FIRMS, variables: { first: 1 } });
  found[name] = { role: data.viewer.role, firms: data.enterprises.nodes.length };
}
found.event = await new Promise((resolve, reject) => {
  following
    .subscribe({
      query: gql`subscription ($after: String) { diagnosisEvents(after: $after) { type } }`,
      variables: { after },
    })
    .subscribe({ next: ({ data, error }) => (error ? reject(error) : resolve(data.diagnosisEvents.type)), error: reject });
});
await socket.dispose();
console.log(JSON.stringify(found));
