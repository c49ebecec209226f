// A calendar feed, imported again and again by the calendar library of Thunderbird.
import assert from "node:assert/strict";
import test from "node:test";
import ICAL from "ical.js";

const { API, TOKEN } = process.env;
const YEAR = 2026;

async function send(query, variables) {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${TOKEN}` };
  const response = await fetch(API, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  const [payload] = Object.values(data);
  assert.deepEqual(payload.userErrors ?? [], []);
  return payload;
}

const createFeed = () => send(`mutation {
  createCalendarFeed(input: { name: "ical.js" }) { url userErrors { message } }
}`);

const change = (at, fields) => send(
  `mutation ($input: UpdateCellInput!) { updateCell(input: $input) { cell { version } userErrors { message } } }`,
  { input: { cell: { at }, ...fields } },
);

/** A calendar as a program keeps it: an event replaces the one with its UID, unless it is older. */
class Calendar {
  events = new Map();

  async import(url) {
    const response = await fetch(url);
    assert.equal(response.status, 200);
    const root = new ICAL.Component(ICAL.parse(await response.text()));
    for (const zone of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
    const uids = [];
    for (const component of root.getAllSubcomponents("vevent")) {
      const event = new ICAL.Event(component);
      uids.push(event.uid);
      const known = this.events.get(event.uid);
      if (known && known.sequence > event.sequence) continue;
      if (component.getFirstPropertyValue("status") === "CANCELLED") this.events.delete(event.uid);
      else this.events.set(event.uid, event);
    }
    assert.equal(new Set(uids).size, uids.length);
    return response;
  }

  of({ classCode, period }) {
    return [...this.events.values()].find(({ uid }) => uid.startsWith(`${classCode}-${YEAR}-${period}@`));
  }
}

test("a change replaces its event, and a cell without a date removes it", async () => {
  const at = { classCode: "PRIMARY_1A", academicYear: YEAR, period: "JUL" };
  await change(at, { scheduledDate: `${YEAR}-07-09`, startTime: "09:00:00", endTime: "10:30:00", room: "Room 3" });
  const { url } = await createFeed();
  const calendar = new Calendar();
  await calendar.import(url);
  const before = calendar.of(at);
  assert.equal(before.startDate.toJSDate().toISOString(), `${YEAR}-07-09T00:00:00.000Z`);
  assert.equal(before.endDate.toJSDate().toISOString(), `${YEAR}-07-09T01:30:00.000Z`);
  assert.equal(before.location, "Room 3");
  const { size } = calendar.events;

  await calendar.import(url);
  assert.equal(calendar.events.size, size);

  await change(at, { scheduledDate: `${YEAR}-07-16`, startTime: null, endTime: null });
  await calendar.import(url);
  const after = calendar.of(at);
  assert.equal(calendar.events.size, size);
  assert.ok(after.sequence > before.sequence);
  assert.ok(after.startDate.isDate);
  assert.equal(after.startDate.toString(), `${YEAR}-07-16`);
  // The end of a whole day is the next day.
  assert.equal(after.endDate.toString(), `${YEAR}-07-17`);

  await change(at, { scheduledDate: null });
  await calendar.import(url);
  assert.equal(calendar.of(at), undefined);
  assert.equal(calendar.events.size, size - 1);
});

test("every event of a school has a text, a time and a zone that the library understands", async () => {
  const { url } = await createFeed();
  const calendar = new Calendar();
  const { headers } = await calendar.import(url);
  assert.ok(calendar.events.size > 20);
  for (const event of calendar.events.values()) {
    assert.ok(event.summary);
    // Without an end and without exams, it is not known how long an event takes.
    assert.ok(event.endDate.compare(event.startDate) >= 0);
    if (!event.startDate.isDate) assert.equal(event.startDate.zone.tzid, "Asia/Seoul");
  }
  const again = await fetch(url, { headers: { "If-None-Match": headers.get("ETag") } });
  assert.equal(again.status, 304);
});
