// The explorer's page: a bar that says who is signed in, and GraphiQL below it.

import { send } from "../pages/api.js";

const TOKEN_KEY = "primepath.token";

const element = (id) => document.getElementById(id);
const examples = JSON.parse(element("examples").textContent);
const root = ReactDOM.createRoot(element("graphiql"));
const plugins = [GraphiQLPluginExplorer.explorerPlugin()];

// For this tab of the browser only, and gone when it is closed.
let token = sessionStorage.getItem(TOKEN_KEY);

async function whoIs(bearer) {
  const { answer, problem } = await send({ query: "{ viewer { username } }" }, { bearer });
  return { username: answer.data?.viewer?.username, problem };
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

/** Says why there are no Docs and no completion, where the schema could not be read, and what helps. */
function showDocsState(problem, helps) {
  element("no-docs").hidden = !problem;
  element("no-docs").textContent = problem
    ? `There are no docs, and nothing is completed as you type: the schema could not be read. ${problem} ` +
      (helps ? "Signing in, or using a token, loads it." : "")
    : "";
}

/** The operation that the address names after its #, as a tab; it stays out of the address, and of the next reload. */
function linkedTab() {
  const linked = new URLSearchParams(location.hash.slice(1));
  if (!linked.has("query")) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return { query: linked.get("query"), variables: linked.get("variables") ?? "" };
}

const linked = linkedTab();

function showGraphiQL() {
  // A new function each time: GraphiQL then reads the schema anew, which not everybody may read.
  const fetcher = async (operation, options) => {
    const { answer, problem } = await send(operation, { bearer: token, headers: options?.headers });
    const codes = answer.errors?.map((error) => error.extensions?.code) ?? [];
    if (operation.operationName === "IntrospectionQuery") {
      showDocsState(problem, codes.includes("UNAUTHENTICATED"));
    }
    // Perhaps the token or the session has ended meanwhile.
    if (codes.includes("UNAUTHENTICATED") || codes.includes("FORBIDDEN")) showViewer();
    return answer;
  };
  const properties = {
    fetcher,
    plugins,
    // These are opened on a first visit only, and what is linked is added to the tabs of a later one.
    defaultTabs: linked ? [linked, ...examples] : examples,
    ...linked,
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
  // When the page ends and no sooner: GraphiQL writes down a change of its tabs half a second after it.
  addEventListener("pagehide", () => {
    // Where it keeps its tabs, and what is in the one that is open.
    for (const name of ["tabState", "query", "variables"]) localStorage.removeItem(`graphiql:${name}`);
  });
  location.reload();
});

showViewer();
showGraphiQL();
