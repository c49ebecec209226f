// Live updates in graphql-sse, Apollo Client and urql, against a real server. API is its address, TOKEN a head teacher's token.
//
//     node --test live.test.mjs
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createClient as createUrql, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient as createSse } from 'graphql-sse';
import { print } from 'graphql';
import { Observable } from 'rxjs';
import { readSettings } from './settings.mjs';

const { API, TOKEN } = process.env;
const CODE = 'HIGH_12B';
const YEAR = 2029;
// Notes that no earlier run has written: otherwise nothing would change.
const RUN = process.pid;
const headers = { authorization: `Bearer ${TOKEN}` };
const published = await readSettings();

// A subscription with the token of a matrix misses nothing, so no test waits until it is connected.
const LIVE = gql`
  subscription Live($codes: [String!], $after: String) {
    scheduleChanged(academicYear: ${YEAR}, classCodes: $codes, after: $after) {
      position
      resync
      changedClassCodes
      cells { id version notes }
    }
  }
`;
const CELL = gql`
  query Cell($at: CellKey!) {
    matrixCell(at: $at) { id version notes }
  }
`;

async function send(query, variables) {
  const response = await fetch(API, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

async function syncToken() {
  const matrix = `{ scheduleMatrix(academicYear: ${YEAR}, classCodes: ["${CODE}"]) { syncToken } }`;
  return (await send(matrix)).scheduleMatrix.syncToken;
}

const cellAt = (period) => ({ classCode: CODE, academicYear: YEAR, period });

async function write(period, notes) {
  const { updateCell } = await send(
    `mutation ($at: CellKey!, $notes: String!) {
      updateCell(input: { cell: { at: $at }, notes: $notes }) { userErrors { message } }
    }`,
    { at: cellAt(period), notes },
  );
  assert.deepEqual(updateCell.userErrors, []);
}

// The notes of the cells of an event, by period.
function notesOf({ data, errors }) {
  assert.equal(errors, undefined);
  const { resync, cells } = data.scheduleChanged;
  assert.equal(resync, false);
  return Object.fromEntries(cells.map(({ id, notes }) => [id.split('/').at(-1), notes]));
}

function sseClient(options = {}) {
  return createSse({ url: API, headers, retry: async () => {}, ...options });
}

// A proxy for one server that destroys its first connection in the middle of the first event.
async function cuttingProxy() {
  const { hostname, port } = new URL(API);
  const requests = [];
  const sockets = new Set();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    const isFirst = requests.length === 0;
    requests.push('');
    const mine = requests.length - 1;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('data', (piece) => {
      requests[mine] += piece;
      upstream.write(piece);
    });
    upstream.on('data', (piece) => {
      const begin = piece.indexOf('data: ');
      if (isFirst && begin >= 0) {
        client.write(piece.subarray(0, begin + 40), () => client.destroy());
        upstream.destroy();
      } else {
        client.write(piece);
      }
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}${new URL(API).pathname}`,
    requests,
    close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

test('graphql-sse receives each change', async () => {
  const client = sseClient();
  const variables = { codes: [CODE], after: await syncToken() };
  const events = client.iterate({ query: print(LIVE), variables });
  for (const notes of [`one ${RUN}`, `two ${RUN}`]) {
    await write('JAN', notes);
    assert.deepEqual(notesOf((await events.next()).value), { JAN: notes });
  }
  await events.return();
  client.dispose();
});

test('graphql-sse asks a query over a stream', async () => {
  const client = sseClient();
  const events = client.iterate({ query: '{ school { name } }' });
  assert.equal((await events.next()).value.data.school.name, 'PrimePath Academy');
  assert.equal((await events.next()).done, true);
  client.dispose();
});

test('graphql-sse connects again after a cut in the middle of an event, and misses nothing', async () => {
  const proxy = await cuttingProxy();
  const client = sseClient({ url: proxy.address });
  const variables = { codes: [CODE], after: await syncToken() };
  await write('FEB', `cut ${RUN}`);
  await write('MAR', `also cut ${RUN}`);
  const events = client.iterate({ query: print(LIVE), variables });
  const copy = notesOf((await events.next()).value);
  assert.deepEqual(copy, { FEB: `cut ${RUN}`, MAR: `also cut ${RUN}` });
  // It has sent its first request again, with the same token.
  const bodies = proxy.requests.map((request) => request.split('\r\n\r\n').at(-1));
  assert.equal(bodies.length, 2);
  assert.equal(bodies[0], bodies[1]);
  await events.return();
  client.dispose();
  proxy.close();
});

test('an event that is applied twice changes nothing', async () => {
  const variables = { codes: [CODE], after: await syncToken() };
  await write('APR', `twice ${RUN}`);
  const copies = [];
  for (let times = 0; times < 2; times += 1) {
    const client = sseClient();
    const events = client.iterate({ query: print(LIVE), variables });
    copies.push((await events.next()).value.data.scheduleChanged.cells);
    await events.return();
    client.dispose();
  }
  assert.deepEqual(copies[0], copies[1]);
});

test('graphql-sse is told that nobody is signed in', async () => {
  const client = sseClient({ headers: {}, retryAttempts: 0 });
  await assert.rejects(client.iterate({ query: print(LIVE) }).next(), ({ response }) => response.status === 401);
  client.dispose();
});

test('Apollo Client shows a change in a query that is on the screen', async () => {
  const sse = sseClient();
  const stream = new ApolloLink(
    ({ query, variables }) =>
      new Observable((observer) => sse.subscribe({ query: print(query), variables }, observer)),
  );
  const client = new ApolloClient({
    cache: new InMemoryCache(published.apollo),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      stream,
      new HttpLink({ uri: API, headers }),
    ),
  });
  const after = await syncToken();
  const shown = [];
  const screen = client
    .watchQuery({ query: CELL, variables: { at: cellAt('MAY') } })
    .subscribe(({ data }) => shown.push(data?.matrixCell?.notes));
  await client.query({ query: CELL, variables: { at: cellAt('MAY') } });
  const arrived = new Promise((resolve, reject) => {
    client
      .subscribe({ query: LIVE, variables: { codes: [CODE], after } })
      .subscribe({ next: resolve, error: reject });
  });
  await write('MAY', `Apollo ${RUN}`);
  await arrived;
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(shown.at(-1), `Apollo ${RUN}`);
  screen.unsubscribe();
  client.stop();
  sse.dispose();
});

test('urql shows a change in a query that is on the screen', async () => {
  const client = createUrql({
    url: API,
    exchanges: [cacheExchange(published.urql), fetchExchange],
    fetchOptions: { headers },
    fetchSubscriptions: true,
    preferGetMethod: false,
  });
  const after = await syncToken();
  const at = cellAt('JUN');
  const shown = [];
  const screen = client.query(CELL, { at }).subscribe(({ data }) => shown.push(data?.matrixCell?.notes));
  await client.query(CELL, { at }).toPromise();
  let listening;
  const arrived = new Promise((resolve) => {
    listening = client.subscription(LIVE, { codes: [CODE], after }).subscribe(resolve);
  });
  await write('JUN', `urql ${RUN}`);
  assert.deepEqual(notesOf({ data: (await arrived).data }), { JUN: `urql ${RUN}` });
  assert.equal(shown.at(-1), `urql ${RUN}`);
  listening.unsubscribe();
  screen.unsubscribe();
});
