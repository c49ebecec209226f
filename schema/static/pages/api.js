// How the pages speak to the API.

const { endpoint, csrfToken } = document.body.dataset;

/**
 * Sends an operation as the owner of `bearer`, of the session where there is none. Gives the `answer`, one with a readable
 * error where none came, and the `requestId`, by which it is found in the server's log.
 */
export async function send(operation, { bearer, headers: more = {} } = {}) {
  const failed = (message) => ({ errors: [{ message }] });
  let response;
  try {
    const headers = new Headers({
      Accept: "application/graphql-response+json, application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": csrfToken,
    });
    if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
    for (const [name, value] of Object.entries(more)) headers.set(name, value);
    response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(operation) });
  } catch (failure) {
    return { answer: failed(`The request could not be sent (${failure.message}).`) };
  }
  const requestId = response.headers.get("X-Request-ID");
  try {
    return { answer: await response.json(), requestId };
  } catch {
    const message = `The server answered with status ${response.status} and without JSON.`;
    return { answer: failed(message), requestId };
  }
}

/** What to tell of an error: a session that is not this page's any more cannot be mended by trying again. */
export function explain(error) {
  return error?.extensions?.code === "FORBIDDEN"
    ? "You have signed in or out in another window since: reload this page."
    : error?.message;
}

/** Where the explorer opens with an operation. The server never sees what comes after the #. */
export function explorerAddress({ query, variables }) {
  const hash = new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) });
  return `${endpoint}#${hash}`;
}
