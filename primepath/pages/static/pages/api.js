// Requests of the pages to the API.

import { text } from "./texts.js";

export const { endpoint, uploads, csrfToken } = document.body.dataset;

/** Returns the headers of a request with the session. `accept` is the type of its response. */
export const headersFor = (accept) => new Headers({ Accept: accept, "Content-Type": "application/json", "X-CSRFToken": csrfToken });

/**
 * Sends an operation with the token `bearer`, or with the session if there is no token.
 *
 * Returns the `result`: the response body, or an object with one error if the request failed. Also returns the message of
 * the first error as `problem`, and the `requestId`, which is in the server's log. `isTemporary`: the server was not reached, or is
 * too busy.
 */
export function send(operation, { bearer, headers: extraHeaders = {} } = {}) {
  const headers = headersFor("application/graphql-response+json, application/json");
  if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
  for (const [name, value] of Object.entries(extraHeaders)) headers.set(name, value);
  return post(endpoint, headers, JSON.stringify(operation), !bearer);
}

/** Uploads a file for an import. Returns its `uploadId`, or else a `problem` and the `requestId`. */
export async function upload(file) {
  const body = new FormData();
  body.append("file", file);
  const { result, problem, requestId } = await post(uploads, new Headers({ "X-CSRFToken": csrfToken }), body, true);
  return { uploadId: result.uploadId, problem, requestId };
}

/** Sends a request, and returns its outcome as `send` does. */
async function post(address, headers, body, isSession) {
  let response = null;
  const isTemporary = () => !response || response.status === 429 || response.status >= 500;
  const failed = (problem, requestId) => ({ result: { errors: [{ message: problem }] }, problem, requestId, isTemporary: isTemporary() });
  try {
    response = await fetch(address, { method: "POST", headers, body });
  } catch (failure) {
    return failed(text("not_sent", { reason: failure.message }));
  }
  const requestId = response.headers.get("X-Request-ID");
  try {
    const result = await response.json();
    // The page's CSRF token is only valid in the session in which the page was loaded.
    const isOutdated = response.status === 403 && isSession;
    const problem = isOutdated
      ? text("other_session")
      : result.errors?.[0]?.message;
    // A server between the browser and the API can answer too.
    const isOfApi = problem || result.data || result.uploadId;
    return isOfApi ? { result, problem, requestId, isTemporary: isTemporary() } : failed(text("not_of_api", { status: response.status }), requestId);
  } catch {
    return failed(text("not_of_api", { status: response.status }), requestId);
  }
}

/** Returns the URL that opens an operation in the explorer. Browsers do not send the part after the # to the server. */
export function explorerAddress({ query, variables }) {
  const hash = new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) });
  return `${endpoint}#${hash}`;
}
