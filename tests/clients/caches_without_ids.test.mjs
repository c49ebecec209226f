// Documents that do not select the ids of objects that have one. API is the address of a server, TOKEN a head teacher's token,
// TEACHER a teacher's token.
//
//     node --test caches_without_ids.test.mjs
//
// With the published settings they work too. Without settings, a document loses what another has read, or shows it in another row.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createClient, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { readSettings } from './settings.mjs';

const { API, TOKEN, TEACHER } = process.env;
const published = await readSettings();
for (const kind of ['warn', 'error']) console[kind] = () => {};

const matrix = (fields) => gql(`{ scheduleMatrix(academicYear: 2026) { academicYear rows {
  academicYear schoolClass { id code } ${fields} } } }`);
const PAIRS = {
  viewer: [gql`{ viewer { username } }`, gql`{ viewer { canCreateExams } }`],
  school: [gql`{ school { name } }`, gql`{ school { timeZone } }`],
  'fields of rows': [matrix('cells(periods: [JAN]) { id status }'), matrix('canEdit')],
  'periods of rows': [matrix('cells(periods: [JAN]) { id status }'), matrix('cells(periods: [FEB]) { id status }')],
  curriculum: [
    gql`{ schoolClass(code: "PRIMARY_1A") { id curriculum { label } } }`,
    gql`{ schoolClass(code: "PRIMARY_1A") { id curriculum { levels { id } } } }`,
  ],
};
const ROWS = matrix('canEdit accessLevel');
const CURRICULA = matrix('curriculum { label }');
const withIds = (document) => gql(
  document.loc.source.body
    .replace(/(viewer|school|curriculum|rows) \{/g, '$1 { id')
    .replace(/(scheduleMatrix\(.*?\)) \{/, '$1 { id'),
);

// Two components that watch a document each. Returns the number of requests, and what the cache has in the end.
async function watch(settings, documents) {
  let requests = 0;
  const link = new HttpLink({
    uri: API,
    headers: { authorization: `Bearer ${TOKEN}` },
    fetch: (...request) => {
      requests += 1;
      return fetch(...request);
    },
  });
  const client = new ApolloClient({ link, cache: new InMemoryCache(settings) });
  const subscriptions = [];
  for (const query of documents) {
    const watched = client.watchQuery({ query });
    await new Promise((resolve) => {
      subscriptions.push(watched.subscribe(({ loading }) => loading || resolve()));
    });
  }
  // Requests that one result causes for the other are sent within this time.
  await wait(300);
  for (const each of subscriptions) each.unsubscribe();
  return { requests, inCache: documents.map((query) => client.readQuery({ query }) !== null) };
}

const BOTH = { requests: 2, inCache: [true, true] };

for (const [name, documents] of Object.entries(PAIRS)) {
  test(`Apollo with the published settings keeps two documents without ids: ${name}`, async () => {
    assert.deepEqual(await watch(published.apollo, documents), BOTH);
  });

  test(`Apollo without settings keeps two documents with ids: ${name}`, async () => {
    assert.deepEqual(await watch({}, documents.map(withIds)), BOTH);
  });

  test(`Apollo without settings loses a document without ids: ${name}`, async () => {
    const { requests, inCache } = await watch({}, documents);
    assert.ok(requests > 2);
    assert.ok(inCache.includes(false));
  });
}

function graphcache(settings) {
  const client = createClient({
    url: API,
    exchanges: [cacheExchange(settings), fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${TEACHER}` } },
  });
  return async (document, requestPolicy) => (await client.query(document, {}, { requestPolicy }).toPromise()).data;
}

async function send(query, variables, token) {
  const response = await fetch(API, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

const labels = (data) => new Map(data.scheduleMatrix.rows.map((row) => [row.schoolClass.code, row.curriculum.label]));

// Loads two documents, loads one of them again without a class, and reads the other from the cache.
async function lose(settings, documents) {
  const [rows, curricula] = documents;
  const { viewer } = await send('{ viewer { teacher { id } assignments { id accessLevel schoolClass { code } } } }', {}, TEACHER);
  const read = graphcache(settings);
  const before = await read(rows, 'network-only');
  const truth = labels(await read(curricula, 'network-only'));
  const code = before.scheduleMatrix.rows[0].schoolClass.code;
  const { id, accessLevel } = viewer.assignments.find((each) => each.schoolClass.code === code);
  await send('mutation ($id: ID!) { revokeTeacher(input: {assignmentId: $id}) { userErrors { code } } }', { id }, TOKEN);
  try {
    await read(rows, 'network-only');
    const cached = await read(curricula, 'cache-only');
    return { truth, cached: cached && labels(cached), left: truth.size - 1 };
  } finally {
    const input = { teacherId: viewer.teacher.id, classCode: code, accessLevel };
    await send('mutation ($input: AssignTeacherInput!) { assignTeacher(input: $input) { userErrors { code } } }', { input }, TOKEN);
  }
}

for (const [name, settings, documents] of [
  ['with the published settings, without ids', published.urql, [ROWS, CURRICULA]],
  ['with the published settings, with ids', published.urql, [ROWS, CURRICULA].map(withIds)],
  ['without settings, with ids', {}, [ROWS, CURRICULA].map(withIds)],
]) {
  test(`Graphcache shows each class with its own curriculum: ${name}`, async () => {
    const { truth, cached, left } = await lose(settings, documents);
    assert.ok(new Set(truth.values()).size > 1);
    assert.equal(cached.size, left);
    for (const [code, label] of cached) assert.equal(label, truth.get(code));
  });
}

test('Graphcache without settings shows a class with the curriculum of another if documents have no ids', async () => {
  const { truth, cached } = await lose({}, [ROWS, CURRICULA]);
  assert.ok([...cached].some(([code, label]) => label !== truth.get(code)));
});
