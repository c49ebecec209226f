// Live updates of the shown year, from a stream of events over SSE. A hidden page has no stream: it catches up when it is shown again.

import { headersFor } from "./api.js";
import { eventsOf } from "./event_stream.js";
import { queries } from "./operations.js";

const SHORTEST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
// When the server asks all pages to load again, they do not do so at the same moment.
const LONGEST_DELAY = 2_000;
// Without a session, or with one of another user, no later attempt can succeed.
const ENDED_STATUSES = [401, 403];
const FINAL_STATUSES = [400, ...ENDED_STATUSES];
let followed = null;

/**
 * Follows the changes of an academic year after a `syncToken`, instead of what was followed before.
 *
 * Calls `show(cells)` with changed cells. Calls `reload()` if more has changed than that, until it returns true, and follows nothing
 * any more. Calls `end()` if the session has ended.
 */
export function follow({ academicYear, syncToken }, { show, reload, end }) {
  stopFollowing();
  followed = { academicYear, after: syncToken, show, reload, end };
  if (!document.hidden) connect(followed);
}

export function stopFollowing() {
  followed?.connection?.abort();
  followed = null;
}

document.addEventListener("visibilitychange", () => {
  followed?.connection?.abort();
  if (followed && !document.hidden) connect(followed);
});

/** Keeps a stream open until it is aborted or the server refuses it. */
async function connect(own) {
  const { signal } = own.connection = new AbortController();
  let pause = SHORTEST_PAUSE;
  while (!signal.aborted) {
    try {
      const operation = { query: queries.live, variables: { academicYear: own.academicYear, after: own.after } };
      for await (const event of eventsOf(operation, headersFor("text/event-stream"), signal)) {
        if (signal.aborted) return;
        // Either the session has ended, which the next attempt shows, or it goes on.
        if (event.type === "complete") break;
        const { change, retryAfterSeconds, isLost } = outcomeOf(event.data);
        if (isLost || change && (change.resync || !change.cells || change.changedClassCodes.length)) {
          let delay = Math.random() * LONGEST_DELAY;
          do {
            await sleep(delay);
            delay = pause = Math.min(2 * pause, LONGEST_PAUSE);
          } while (!signal.aborted && !(await own.reload()));
          return;
        }
        if (retryAfterSeconds) {
          pause = retryAfterSeconds * 1_000;
          break;
        }
        own.after = change.position;
        own.show(change.cells);
        pause = SHORTEST_PAUSE;
      }
    } catch (failure) {
      if (ENDED_STATUSES.includes(failure.status)) own.end();
      if (FINAL_STATUSES.includes(failure.status)) return;
      // The connection was lost, or could not be opened.
    }
    await sleep(pause * (0.5 + Math.random() / 2));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Returns the `change` of an event. Without one, the position is lost, or the server asks for a later attempt. */
function outcomeOf({ data, errors }) {
  const change = data?.scheduleChanged;
  const { retryAfterSeconds } = errors?.[0].extensions ?? {};
  return { change, retryAfterSeconds: change ? null : retryAfterSeconds, isLost: !change && !retryAfterSeconds };
}
