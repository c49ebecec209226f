// How the pages speak to the API.

const { endpoint, csrfToken } = document.body.dataset;

/**
 * Sends an operation as the owner of `bearer`, of the session where there is none. Gives the `answer`, one with an error where
 * none came; the `problem` that it tells of first, for people; and the `requestId`, by which it is found in the server's log.
 */
export async function send(operation, { bearer, headers: more = {} } = {}) {
  const failed = (problem, requestId) => ({ answer: { errors: [{ message: problem }] }, problem, requestId });
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
    return failed(`The request could not be sent (${failure.message}).`);
  }
  const requestId = response.headers.get("X-Request-ID");
  try {
    const answer = await response.json();
    // The page's CSRF token belongs to the session that it was made in.
    const isOutdated = response.status === 403 && !bearer;
    const problem = isOutdated
      ? "You have signed in or out in another window since: reload this page."
      : answer.errors?.[0]?.message;
    return { answer, problem, requestId };
  } catch {
    return failed(`The server answered with status ${response.status} and without JSON.`, requestId);
  }
}

/** Where the explorer opens with an operation. The server never sees what comes after the #. */
export function explorerAddress({ query, variables }) {
  const hash = new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) });
  return `${endpoint}#${hash}`;
}
