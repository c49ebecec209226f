// The stream of events of a subscription, over SSE.

import { endpoint } from "./api.js";

/**
 * Yields the `type` and the parsed `data` of the events of a subscription. Ends with the connection.
 *
 * Throws an error with the `response` and its `status` if the server refuses the subscription.
 */
export async function* eventsOf(operation, headers, signal) {
  const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(operation), signal });
  if (!response.ok) throw Object.assign(new Error(), { status: response.status, response });
  let unread = "";
  for await (const piece of piecesOf(response.body.pipeThrough(new TextDecoderStream()))) {
    const blocks = (unread + piece).split("\n\n");
    unread = blocks.pop();
    for (const block of blocks) {
      const { event, data } = Object.fromEntries(block.split("\n").map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }));
      if (event) yield { type: event, data: data && JSON.parse(data) };
    }
  }
}

/** Yields the pieces of a stream. Not every browser can iterate over a stream. */
async function* piecesOf(stream) {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}
