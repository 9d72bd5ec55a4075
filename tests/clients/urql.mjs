// urql: signs in, asks by POST and by GET, pages with variables, and is refused in the way it knows.
import { cacheExchange, Client, fetchExchange, gql } from '@urql/core';

const { ZHENDUAN_URL: url, LOGIN: login, PASSWORD: password } = process.env;
let token = '';
const make = (preferGetMethod) =>
  new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod,
    fetchOptions: () => (token ? { headers: { authorization: `Bearer ${token}` } } : {}),
  });
const client = make(false);

const signedIn = await client.mutation(
  gql`mutation ($login: String!, $password: String!) {
    signIn(input: { login: $login, password: $password }) { session { token } userErrors { code } }
  }`,
  { login, password },
);
if (signedIn.error) throw signedIn.error;
token = signedIn.data.signIn.session.token;

const FIRMS = gql`query Firms($first: Int) {
  viewer { role }
  enterprises(first: $first) { nodes { id name } pageInfo { hasNextPage endCursor } }
}`;
const found = {};
for (const [name, how] of [['post', false], ['get', 'force']]) {
  const { data, error, extensions } = await make(how).query(FIRMS, { first: 1 }).toPromise();
  if (error) throw error;
  found[name] = { role: data.viewer.role, firms: data.enterprises.nodes.length, cost: extensions.cost.requested };
}
const refused = await client.query(gql`{ nothing }`, {}).toPromise();
found.refused = refused.error.graphQLErrors[0].extensions.code;
console.log(JSON.stringify(found));
