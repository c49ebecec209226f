// Requests of the pages to the API.

import { text } from "./texts.js";

export const { endpoint, csrfToken } = document.body.dataset;

/** Returns the headers of a request with the session. `accept` is the type of its response. */
export const headersFor = (accept) => new Headers({ Accept: accept, "Content-Type": "application/json", "X-CSRFToken": csrfToken });

/**
 * Sends an operation with the token `bearer`, or with the session if there is no token.
 *
 * Returns the `result`: the response body, or an object with one error if the request failed. Also returns the message of
 * the first error as `problem`, and the `requestId`, which is in the server's log.
 */
export async function send(operation, { bearer, headers: extraHeaders = {} } = {}) {
  const failed = (problem, requestId) => ({ result: { errors: [{ message: problem }] }, problem, requestId });
  let response;
  try {
    const headers = headersFor("application/graphql-response+json, application/json");
    if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
    for (const [name, value] of Object.entries(extraHeaders)) headers.set(name, value);
    response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(operation) });
  } catch (failure) {
    return failed(text("not_sent", { reason: failure.message }));
  }
  const requestId = response.headers.get("X-Request-ID");
  try {
    const result = await response.json();
    // The page's CSRF token is only valid in the session in which the page was loaded.
    const isOutdated = response.status === 403 && !bearer;
    const problem = isOutdated
      ? text("other_session")
      : result.errors?.[0]?.message;
    return { result, problem, requestId };
  } catch {
    return failed(text("not_json", { status: response.status }), requestId);
  }
}

/** Returns the URL that opens an operation in the explorer. Browsers do not send the part after the # to the server. */
export function explorerAddress({ query, variables }) {
  const hash = new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) });
  return `${endpoint}#${hash}`;
}
