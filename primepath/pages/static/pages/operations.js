// The documents of the page, and the results of its changes.

import { send } from "./api.js";
import { text } from "./texts.js";

export const queries = JSON.parse(document.getElementById("queries").textContent);

/**
 * Sends a mutation of the page.
 *
 * Returns its `payload`, or null. `errors` are the errors of the input (`message`, `field`). `problem` is the message of a failed request.
 */
export async function change(document, input) {
  const { result, problem, requestId } = await send({ query: queries[document], variables: { input } });
  const payload = Object.values(result.data ?? {})[0] ?? null;
  return {
    payload,
    errors: payload?.userErrors ?? [],
    problem: problem && withRequestId(problem, requestId),
  };
}

/** Returns all objects of the list that a document reads page by page. If a request fails, returns the objects before it. */
export async function loadAll(document) {
  const all = [];
  for (let after = null, more = true; more;) {
    const { result } = await send({ query: queries[document], variables: { after } });
    const page = Object.values(result.data ?? {})[0];
    all.push(...(page?.edges ?? []).map(({ node }) => node));
    after = page?.pageInfo.endCursor;
    more = page?.pageInfo.hasNextPage ?? false;
  }
  return all;
}

export const withRequestId = (problem, requestId) =>
  requestId ? `${problem} ${text("request_id", { id: requestId })}` : problem;
