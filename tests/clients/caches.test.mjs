// Normalised caches against a real server. API is its address, TOKEN a head teacher's token, TEACHER a teacher's token.
//
//     node --test caches.test.mjs
//
// No document may change what another document has in the cache, except the fields of objects that both show.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createClient, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { readSettings } from './settings.mjs';

const { API, TOKEN, TEACHER } = process.env;
const YEAR = 2031;
const published = await readSettings();

// Warnings of a cache about data that it loses or cannot distinguish.
const warnings = [];
for (const kind of ['warn', 'error']) {
  console[kind] = (...words) => warnings.push(words.map(String).join(' ').slice(0, 300));
}

function assertNoWarnings() {
  assert.deepEqual(warnings.splice(0), []);
}

async function send(query, variables = {}, token = TOKEN) {
  const response = await fetch(API, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

async function giveEachClassAnotherCurriculum(codes) {
  const { programs } = await send('{ programs { subprograms { levels { id } } } }');
  const levels = programs.flatMap(({ subprograms }) => subprograms.flatMap((each) => each.levels));
  for (const [index, classCode] of codes.entries()) {
    const input = { classCode, academicYear: YEAR, levelIds: [levels[index].id] };
    await send(
      'mutation ($input: SetClassCurriculumInput!) { setClassCurriculum(input: $input) { userErrors { code } } }',
      { input },
    );
  }
}

// Each cache as two functions: `load` asks the server, `cached` only the cache; undefined if something is missing.
const plain = (value) => value && JSON.parse(JSON.stringify(value));
const headers = (token) => ({ authorization: `Bearer ${token}` });

function apollo(settings = {}, token = TOKEN) {
  const cache = new InMemoryCache(settings);
  const client = new ApolloClient({ cache, link: new HttpLink({ uri: API, headers: headers(token) }) });
  return {
    load: async (query, variables) =>
      plain((await client.query({ query, variables, fetchPolicy: 'network-only' })).data),
    cached: (query, variables) => plain(client.readQuery({ query, variables })) ?? undefined,
  };
}

function graphcache(settings = {}, token = TOKEN) {
  const client = createClient({
    url: API,
    exchanges: [cacheExchange(settings), fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: headers(token) },
  });
  const read = async (query, variables, requestPolicy) =>
    plain((await client.query(query, variables ?? {}, { requestPolicy }).toPromise()).data) ??
    undefined;
  return {
    load: (query, variables) => read(query, variables, 'network-only'),
    cached: (query, variables) => read(query, variables, 'cache-only'),
  };
}

const CACHES = {
  'Apollo without settings': (token) => apollo({}, token),
  'Apollo with the published settings': (token) => apollo(published.apollo, token),
  'Graphcache without settings': (token) => graphcache({}, token),
  'Graphcache with the published settings': (token) => graphcache(published.urql, token),
};

const ROW = 'id schoolClass { id code }';
const matrix = (fields) =>
  gql(`query Matrix($codes: [String!], $after: String) {
    scheduleMatrix(academicYear: ${YEAR}, classCodes: $codes, changesAfter: $after) { id ${fields} }
  }`);
const WHOLE = matrix(`rows { ${ROW} canEdit cells { id status version } }`);
const NAMES = matrix(`rows { ${ROW} curriculum { id label } }`);
const MONTH = matrix(`rows { ${ROW} cells(periods: [FEB]) { id color } }`);
const ofClass = (fields) => gql(`{ schoolClass(code: "PRIMARY_1A") { id ${fields} } }`);
const ofCell = (fields) =>
  gql(`{ matrixCell(at: {classCode: "PRIMARY_1A", academicYear: 2026, period: Q1}) { id ${fields} } }`);

// Two documents about one object.
const PAIRS = {
  viewer: [gql`{ viewer { id username } }`, gql`{ viewer { id canCreateExams } }`],
  school: [gql`{ school { id name } }`, gql`{ school { id timeZone } }`],
  'fields of rows': [
    matrix(`rows { ${ROW} cells(periods: [JAN]) { id status } }`),
    matrix(`rows { ${ROW} canEdit }`),
  ],
  'periods of rows': [
    matrix(`rows { ${ROW} cells(periods: [JAN]) { id status } }`),
    matrix(`rows { ${ROW} cells(periods: [FEB]) { id status } }`),
  ],
  curriculum: [ofClass('curriculum { id label }'), ofClass('curriculum { id levels { id } }')],
  completion: [ofCell('completion { id completed }'), ofCell('completion { id totalSessions }')],
  'class directory': [
    gql`{ classDirectory { edges { cursor node { id code } } } }`,
    gql`{ classDirectory { edges { cursor node { id name } } } }`,
  ],
  connection: [gql`{ exams(first: 2) { totalCount } }`, gql`{ exams(first: 2) { edges { cursor node { id name } } } }`],
};
// Connections have no id.
const NEEDS_SETTINGS = { connection: 'Apollo without settings' };

for (const [cache, open] of Object.entries(CACHES)) {
  for (const [pair, documents] of Object.entries(PAIRS)) {
    const isLost = NEEDS_SETTINGS[pair] === cache;
    test(`${cache} ${isLost ? 'loses a document' : 'keeps both documents'}: ${pair}`, async () => {
      const { load, cached } = open();
      const [one, other] = documents;
      const first = await load(one);
      const second = await load(other);
      if (isLost) {
        assert.equal(await cached(one), undefined);
        warnings.length = 0;
        return;
      }
      assert.deepEqual(await cached(one), first);
      assert.deepEqual(await cached(other), second);
      assertNoWarnings();
    });
  }

  test(`${cache} keeps the whole matrix, a part of it and a delta apart`, async () => {
    const { load, cached } = open();
    const whole = await load(WHOLE);
    const names = await load(NAMES);
    const part = await load(WHOLE, { codes: ['PRIMARY_1A', 'PRIMARY_9Z'] });
    const month = await load(MONTH, { codes: ['PRIMARY_1A'] });
    assert.equal(part.scheduleMatrix.rows.length, 1);

    const { syncToken } = (await send(`{ scheduleMatrix(academicYear: ${YEAR}) { syncToken } }`))
      .scheduleMatrix;
    const id = `MatrixCell:PRIMARY_1A/${YEAR}/MAR`;
    await send(
      'mutation ($id: ID!, $notes: String!) { updateCell(input: {cell: {id: $id}, notes: $notes}) { userErrors { code } } }',
      { id, notes: `Room ${cache}` },
    );
    const delta = await load(WHOLE, { after: syncToken });
    assert.deepEqual(
      delta.scheduleMatrix.rows.map(({ cells }) => cells.map((cell) => cell.id)),
      [[id]],
    );

    // The delta has a newer version of one cell, which the others show too.
    const { version } = delta.scheduleMatrix.rows[0].cells[0];
    const updated = (result) => {
      for (const { cells } of result.scheduleMatrix.rows) {
        for (const cell of cells) if (cell.id === id) cell.version = version;
      }
      return result;
    };
    assert.deepEqual(await cached(WHOLE), updated(whole));
    assert.deepEqual(await cached(NAMES), names);
    const codes = ['PRIMARY_1A', 'PRIMARY_9Z'];
    assert.deepEqual(await cached(WHOLE, { codes }), updated(part));
    assert.deepEqual(await cached(MONTH, { codes: ['PRIMARY_1A'] }), month);
    assert.deepEqual(await cached(WHOLE, { after: syncToken }), delta);
    assertNoWarnings();
  });

  test(`${cache} does not join rows by their place in the list`, async () => {
    const access = await send(
      '{ viewer { teacher { id } assignments { id accessLevel schoolClass { code } } } }',
      {},
      TEACHER,
    );
    await giveEachClassAnotherCurriculum(access.viewer.assignments.map((each) => each.schoolClass.code));
    const { load, cached } = open(TEACHER);
    const canEdit = matrix(`rows { ${ROW} canEdit }`);
    const before = await load(canEdit);
    const names = await load(NAMES);
    const code = before.scheduleMatrix.rows[0].schoolClass.code;
    const { id, accessLevel } = access.viewer.assignments.find((each) => each.schoolClass.code === code);
    await send('mutation ($id: ID!) { revokeTeacher(input: {assignmentId: $id}) { userErrors { code } } }', { id });
    try {
      const after = await load(canEdit);
      assert.equal(after.scheduleMatrix.rows.length, before.scheduleMatrix.rows.length - 1);
      const labels = new Map(
        names.scheduleMatrix.rows.map((row) => [row.schoolClass.code, row.curriculum.label]),
      );
      assert.equal(new Set(labels.values()).size, labels.size);
      const left = (await cached(NAMES)).scheduleMatrix.rows;
      assert.equal(left.length, after.scheduleMatrix.rows.length);
      for (const row of left) assert.equal(row.curriculum.label, labels.get(row.schoolClass.code));
    } finally {
      await send(
        'mutation ($input: AssignTeacherInput!) { assignTeacher(input: $input) { userErrors { code } } }',
        { input: { teacherId: access.viewer.teacher.id, classCode: code, accessLevel } },
      );
    }
    assertNoWarnings();
  });
}
