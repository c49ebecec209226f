// Many edits through the queue of docs/clients/offline.md. API is the address of a proxy that drops responses, TOKEN a token.
//
// The app is closed and opened again after each response that it did not get: a new queue reads the store. It prints how
// many responses it did not get.
import { OfflineQueue, type Edit, type Payload, type Send } from './OfflineQueue';

let lost = 0;

const send: Send = async (mutation, input) => {
  try {
    const response = await fetch(process.env.API ?? '', {
      method: 'POST',
      headers: { Authorization: `Bearer ${process.env.TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: mutation, variables: { input } }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    const payload = Object.values(data)[0] as Payload;
    if (payload.userErrors.length) throw new Error(JSON.stringify({ input, payload }));
    return payload;
  } catch (problem) {
    // fetch and response.json() fail with these for a lost connection.
    if (!(problem instanceof TypeError || problem instanceof SyntaxError)) throw problem;
    lost += 1;
    return { retryAfter: 0.001 };
  }
};

let stored = '[]';
const store = {
  read: () => JSON.parse(stored) as Edit[],
  write: (edits: Edit[]) => void (stored = JSON.stringify(edits)),
};
const decide = (edit: Edit): null => {
  throw new Error(`conflict of ${edit.key}`);
};
const open = () => new OfflineQueue(store, send, decide);

const UPDATE = `mutation ($input: UpdateCellInput!) {
  updateCell(input: $input) { changeSetId cell { id version } userErrors { code message } }
}`;
const CREATE = `mutation ($input: CreateExamInput!) {
  createExam(input: $input) { exam { id } userErrors { code message } }
}`;
const FEED = `mutation ($input: CreateCalendarFeedInput!) {
  createCalendarFeed(input: $input) { feed { id } userErrors { code message } }
}`;

let queue = open();
for (let number = 0; number < 12; number += 1) {
  for (const period of ['JAN', 'FEB', 'MAR']) {
    const cell = `MatrixCell:PRIMARY_1B/2033/${period}`;
    queue.add(UPDATE, { cell: { id: cell }, expectedVersion: 0, notes: `${period} ${number}` }, cell);
  }
  queue.add(CREATE, { name: `Offline ${number}`, type: 'REVIEW', totalQuestions: 10, timerMinutes: 30 });
  if (number < 4) queue.add(FEED, { name: `Offline ${number}` });
}
for (let wait = await queue.flush(); wait; wait = await queue.flush()) queue = open();
console.log(lost);
