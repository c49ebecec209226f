// Apollo Client against a real server. API is its address, TOKEN a head teacher's token.
//
//     node --test apollo.test.mjs
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
  gql,
} from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';

const { API, TOKEN } = process.env;

// All requests that the client sent.
function recorded(requests) {
  return async (address, options) => {
    const response = await fetch(address, options);
    requests.push({ method: options.method, address: String(address), status: response.status });
    return response;
  };
}

function clientOf({ token = TOKEN, requests = [], before = [] } = {}) {
  const http = new HttpLink({
    uri: API,
    fetch: recorded(requests),
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  return new ApolloClient({
    link: ApolloLink.from([...before, http]),
    cache: new InMemoryCache({
      typePolicies: { Query: { fields: { exams: relayStylePagination(['filter', 'orderBy']) } } },
    }),
  });
}

const CELL = gql`
  query Cell($at: CellKey!) {
    matrixCell(at: $at) { id status version notes }
  }
`;
const UPDATE = gql`
  mutation Update($input: UpdateCellInput!) {
    updateCell(input: $input) {
      cell { id status version notes }
      userErrors { code message field }
    }
  }
`;
const EXAMS = gql`
  query Exams($after: String) {
    exams(first: 3, after: $after) {
      edges { node { id name } cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
const at = { classCode: 'HIGH_12C', academicYear: 2030, period: 'DEC' };
const id = 'MatrixCell:HIGH_12C/2030/DEC';

test("a mutation's payload updates the cell that a query has put into the cache", async () => {
  const requests = [];
  const client = clientOf({ requests });
  const before = (await client.query({ query: CELL, variables: { at } })).data.matrixCell;
  assert.equal(before.id, id);

  const input = { cell: { id }, expectedVersion: before.version, notes: 'Room 4' };
  const { data } = await client.mutate({ mutation: UPDATE, variables: { input } });
  assert.deepEqual(data.updateCell.userErrors, []);

  const after = (await client.query({ query: CELL, variables: { at } })).data.matrixCell;
  assert.equal(after.notes, 'Room 4');
  assert.equal(after.version, before.version + 1);
  assert.equal(requests.length, 2);
});

test('a mistake in the input comes as data, with its code and its path', async () => {
  const client = clientOf();
  const input = { cell: { id }, expectedVersion: 999, notes: 'Room 7' };
  const { data, error } = await client.mutate({ mutation: UPDATE, variables: { input } });
  assert.equal(error, undefined);
  assert.deepEqual(
    data.updateCell.userErrors.map(({ code, field }) => [code, field]),
    [['STALE_VERSION', ['input', 'expectedVersion']]],
  );
  assert.equal(data.updateCell.cell.id, id);
});

test('an error comes with its code, beside the data that could be read', async () => {
  const query = gql`query Two { school { name } scheduleMatrix(academicYear: 1999) { academicYear } }`;
  const { data, error } = await clientOf().query({ query, errorPolicy: 'all' });
  assert.ok(CombinedGraphQLErrors.is(error));
  assert.equal(error.errors[0].extensions.code, 'BAD_USER_INPUT');
  assert.deepEqual(error.errors[0].path, ['scheduleMatrix']);
  assert.equal(data.school.name, 'PrimePath Academy');
});

test('a field that is not there is refused', async () => {
  const query = gql`query Wrong { viewer { nickname } }`;
  await assert.rejects(clientOf().query({ query }), /Cannot query field/);
});

test('who is not signed in is told so', async () => {
  await assert.rejects(
    clientOf({ token: '' }).query({ query: CELL, variables: { at } }),
    (error) => error.errors[0].extensions.code === 'UNAUTHENTICATED',
  );
});

test('pages of a list are joined in the cache, each item once', async () => {
  const client = clientOf();
  const first = (await client.query({ query: EXAMS })).data.exams;
  const variables = { after: first.pageInfo.endCursor };
  await client.query({ query: EXAMS, variables, fetchPolicy: 'network-only' });
  const { edges } = client.readQuery({ query: EXAMS }).exams;
  assert.equal(new Set(edges.map(({ node }) => node.id)).size, 6);
});

test('a document is sent once, and by its hash from then on', async () => {
  const requests = [];
  const link = () =>
    new PersistedQueryLink({
      sha256: (document) => createHash('sha256').update(document).digest('hex'),
      useGETForHashedQueries: true,
    });
  // A document that was never sent before: its name is new.
  const query = gql`query ${`Persisted${Date.now()}`} { school { name } }`;
  for (const number of [1, 2]) {
    const { data } = await clientOf({ requests, before: [link()] }).query({ query });
    assert.equal(data.school.name, 'PrimePath Academy', `client ${number}`);
  }
  assert.deepEqual(
    requests.map(({ method }) => method),
    ['GET', 'POST', 'GET'],
  );
  assert.ok(requests[2].address.includes('sha256Hash'));
  assert.ok(!requests[2].address.includes('school'));
});
