// The explorer's page: a bar that says who is signed in, and GraphiQL below it.

const TOKEN_KEY = "primepath.token";

const element = (id) => document.getElementById(id);
const { endpoint, csrfToken } = document.body.dataset;
const examples = JSON.parse(element("examples").textContent);
const root = ReactDOM.createRoot(element("graphiql"));
const plugins = [GraphiQLPluginExplorer.explorerPlugin()];

// For this tab of the browser only, and gone when it is closed.
let token = sessionStorage.getItem(TOKEN_KEY);

/** The answer to an operation; one with a readable error where none came. */
async function send(operation, bearer, extraHeaders = {}) {
  const failed = (message) => ({ errors: [{ message }] });
  let response;
  try {
    const headers = new Headers({
      Accept: "application/graphql-response+json, application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": csrfToken,
    });
    if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
    for (const [name, value] of Object.entries(extraHeaders)) headers.set(name, value);
    response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(operation) });
  } catch (failure) {
    return failed(`The request could not be sent (${failure.message}).`);
  }
  try {
    return await response.json();
  } catch {
    return failed(`The server answered with status ${response.status} and without JSON.`);
  }
}

async function whoIs(bearer) {
  const { data, errors: [error] = [] } = await send({ query: "{ viewer { username } }" }, bearer);
  const outdated = error?.extensions?.code === "FORBIDDEN";
  return {
    username: data?.viewer?.username,
    problem: outdated
      ? "You have signed in or out in another window since: reload this page."
      : error?.message,
  };
}

async function showViewer() {
  const { username, problem } = await whoIs(token);
  const means = token ? "a token" : "a session";
  element("viewer").textContent = username
    ? `Signed in as ${username}, with ${means}.`
    : "Nobody is signed in.";
  element("problem").textContent = problem ?? "";
  element("sign-in").hidden = Boolean(username || token);
  element("sign-out").hidden = !username || Boolean(token);
  element("use-token").hidden = Boolean(token);
  element("forget-token").hidden = !token;
}

function showGraphiQL() {
  // A new function each time: GraphiQL then reads the schema anew, which not everybody may read.
  const fetcher = async (operation, options) => {
    const answer = await send(operation, token, options?.headers);
    // Perhaps the token or the session has ended meanwhile.
    const codes = answer.errors?.map((error) => error.extensions?.code) ?? [];
    if (codes.includes("UNAUTHENTICATED") || codes.includes("FORBIDDEN")) showViewer();
    return answer;
  };
  const properties = {
    fetcher,
    plugins,
    defaultTabs: examples,
    defaultQuery: "",
    // They may hold a token, which is not to stay in the browser.
    shouldPersistHeaders: false,
  };
  root.render(
    React.createElement(GraphiQL, properties, React.createElement(GraphiQL.Logo, null, "")),
  );
}

async function changeToken(changed) {
  token = changed;
  if (token) sessionStorage.setItem(TOKEN_KEY, token);
  else sessionStorage.removeItem(TOKEN_KEY);
  await showViewer();
  showGraphiQL();
}

element("use-token").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = element("token");
  const pasted = field.value.trim().replace(/^Bearer\s+/i, "");
  const { username, problem } = /^[!-~]+$/.test(pasted)
    ? await whoIs(pasted)
    : { problem: "This is no token: a token has neither spaces nor letters beyond ASCII." };
  if (!username) {
    element("problem").textContent = problem;
    field.select();
    return;
  }
  field.value = "";
  await changeToken(pasted);
  element("forget-token").focus();
});

element("forget-token").addEventListener("click", async () => {
  await changeToken(null);
  element("token").focus();
});

element("reopen-examples").addEventListener("click", () => {
  if (!confirm("Close all tabs, and open the examples as they were at first?")) return;
  // Where GraphiQL keeps its tabs, and what is in the one that is open.
  for (const name of ["tabState", "query", "variables"]) localStorage.removeItem(`graphiql:${name}`);
  location.reload();
});

showViewer();
showGraphiQL();
