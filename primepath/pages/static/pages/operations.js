// The documents of the page, and the results of its changes.

import { send } from "./api.js";
import { text } from "./texts.js";

export const queries = JSON.parse(document.getElementById("queries").textContent);

// Keys of mutations without a response. Sent again with its key, such a mutation is not repeated.
const keysOfLost = new Map();

/**
 * Sends a mutation of the page. Other `variables` than the input only choose what is returned.
 *
 * After a lost response, the same input is the same change if its `basis` is the same too, such as the version of the cell.
 *
 * Returns its `payload`, or null. `errors` are the errors of the input (`message`, `field`). `problem` is the message of a failed request.
 */
export async function change(document, input, variables = {}, basis = null) {
  if (input.dryRun) return run(document, input, variables);
  const content = JSON.stringify([document, input, basis]);
  const idempotencyKey = keysOfLost.get(content) ?? randomKey();
  keysOfLost.set(content, idempotencyKey);
  const outcome = await run(document, { ...input, idempotencyKey }, variables);
  if (!outcome.problem) keysOfLost.delete(content);
  return outcome;
}

/** Sends a mutation that changes nothing, and so needs no key. Returns what `change` does. */
export async function run(document, input, variables = {}) {
  const { result, problem, requestId } = await send({ query: queries[document], variables: { input, ...variables } });
  const payload = Object.values(result.data ?? {})[0] ?? null;
  return {
    payload,
    errors: payload?.userErrors ?? [],
    problem: problem && withRequestId(problem, requestId),
  };
}

const randomKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Returns the `page` of a list that a document reads, or else a `problem`. `at` has the names of the fields that contain the list. */
export async function loadPage(document, variables, ...at) {
  const { result, problem, requestId } = await send({ query: queries[document], variables });
  const page = at.reduce((found, name) => found?.[name], result.data);
  return page ? { page } : { problem: withRequestId(problem ?? text("gone"), requestId) };
}

/** Returns the messages of an outcome of `change` as one text. */
export const messageOf = ({ errors, problem }) => problem ?? errors.map(({ message }) => message).join(" ");

/** Returns `all` objects of the list that a document reads page by page. If a request fails, `isComplete` is false. */
export async function loadAll(document) {
  const all = [];
  for (let after = null, more = true; more;) {
    const { result } = await send({ query: queries[document], variables: { after } });
    const page = Object.values(result.data ?? {})[0];
    if (!page) return { all, isComplete: false };
    all.push(...page.edges.map(({ node }) => node));
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }
  return { all, isComplete: true };
}

export const withRequestId = (problem, requestId) =>
  requestId ? `${problem} ${text("request_id", { id: requestId })}` : problem;
