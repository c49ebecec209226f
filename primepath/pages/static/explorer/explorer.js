// The explorer page: a bar that shows who is signed in, and GraphiQL below it.

import { headersFor, send } from "../pages/api.js";
import { eventsOf } from "../pages/event_stream.js";
import { text } from "../pages/texts.js";

const TOKEN_KEY = "primepath.token";

const element = (id) => document.getElementById(id);
const examples = JSON.parse(element("examples").textContent);
const root = ReactDOM.createRoot(element("graphiql"));
const plugins = [GraphiQLPluginExplorer.explorerPlugin()];

// GraphiQL's dialogs add a style sheet with this nonce.
window.__webpack_nonce__ = document.body.dataset.styleNonce;

// Kept only for this browser tab, until it is closed.
let token = sessionStorage.getItem(TOKEN_KEY);

async function loadViewer(bearer) {
  const { result, problem } = await send({ query: "{ viewer { username } }" }, { bearer });
  return { username: result.data?.viewer?.username, problem };
}

async function showViewer() {
  const { username, problem } = await loadViewer(token);
  element("viewer").textContent = username ? text(token ? "with_token" : "with_session", { username }) : text("signed_out");
  element("problem").textContent = problem ?? "";
  element("sign-in").hidden = Boolean(username || token);
  element("sign-out").hidden = !username || Boolean(token);
  element("use-token").hidden = Boolean(token);
  element("remove-token").hidden = !token;
}

/** If the schema could not be loaded, shows why docs and autocompletion are missing, and whether signing in helps. */
function showDocsState(problem, signInHelps) {
  element("no-docs").hidden = !problem;
  const lines = problem ? [text("no_docs", { problem }), signInHelps && text("sign_in_for_docs")] : [];
  element("no-docs").textContent = lines.filter(Boolean).join(" ");
}

/** Returns the operation in the URL's hash as a tab. Removes the hash, so that a reload does not add the tab again. */
function linkedTab() {
  const linked = new URLSearchParams(location.hash.slice(1));
  if (!linked.has("query")) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return { query: linked.get("query"), variables: linked.get("variables") ?? "" };
}

const linked = linkedTab();

function showGraphiQL() {
  // A new function each time makes GraphiQL load the schema again. Not every viewer can load it.
  const fetcher = async (operation, options) => {
    if (isSubscription(operation, options)) return resultsOf(operation, options.headers);
    const { result, problem } = await send(operation, { bearer: token, headers: options?.headers });
    const codes = result.errors?.map((error) => error.extensions?.code) ?? [];
    if (operation.operationName === "IntrospectionQuery") {
      showDocsState(problem, codes.includes("UNAUTHENTICATED"));
    }
    // The token or the session may have expired.
    if (codes.includes("UNAUTHENTICATED") || codes.includes("FORBIDDEN")) showViewer();
    return result;
  };
  const properties = {
    fetcher,
    plugins,
    // GraphiQL opens these tabs only on the first visit. On later visits it adds the linked operation to its tabs.
    defaultTabs: linked ? [linked, ...examples] : examples,
    ...linked,
    defaultQuery: "",
    // Headers can contain a token, which must not be stored in the browser.
    shouldPersistHeaders: false,
  };
  root.render(
    React.createElement(GraphiQL, properties, React.createElement(GraphiQL.Logo, null, "")),
  );
}

/** Returns whether this operation of the document in the editor is a subscription. */
const isSubscription = ({ operationName }, options) => options?.documentAST?.definitions.some(({ operation, name }) =>
  operation === "subscription" && (!operationName || name?.value === operationName));

/** Returns the results of a subscription, as GraphiQL reads them. Its button for stopping calls `return`. */
function resultsOf(operation, extraHeaders = {}) {
  const connection = new AbortController();
  const headers = headersFor("text/event-stream");
  if (token) headers.set("Authorization", `Bearer ${token}`);
  for (const [name, value] of Object.entries(extraHeaders)) headers.set(name, value);
  async function* results() {
    try {
      for await (const { type, data } of eventsOf(operation, headers, connection.signal)) {
        if (type === "next") yield data;
      }
    } catch (failure) {
      if (connection.signal.aborted) return;
      if (!failure.response) yield { errors: [{ message: text("not_sent", { reason: failure.message }) }] };
      else yield await failure.response.json();
    }
  }
  const iterator = results();
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => iterator.next(),
      // The iterator itself would wait for the next event.
      return: async () => {
        connection.abort();
        return { done: true };
      },
    }),
  };
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
    ? await loadViewer(pasted)
    : { problem: text("invalid_token") };
  if (!username) {
    element("problem").textContent = problem;
    field.select();
    return;
  }
  field.value = "";
  await changeToken(pasted);
  element("remove-token").focus();
});

element("remove-token").addEventListener("click", async () => {
  await changeToken(null);
  element("token").focus();
});

element("reopen-examples").addEventListener("click", () => {
  if (!confirm(text("close_tabs"))) return;
  // Not before the page is left: GraphiQL stores a change of its tabs with a delay of half a second.
  addEventListener("pagehide", () => {
    // GraphiQL stores its tabs and the content of the open tab under these names.
    for (const name of ["tabState", "query", "variables"]) localStorage.removeItem(`graphiql:${name}`);
  });
  location.reload();
});

/** Names the inputs that GraphiQL leaves without a label, and corrects roles that contain other controls. */
function correctMarkup() {
  const all = (selector) => element("graphiql").querySelectorAll(selector);
  for (const input of all(".CodeMirror textarea:not([aria-label])")) {
    const editor = input.closest("[aria-label], .result-window");
    input.setAttribute("aria-label", editor?.getAttribute("aria-label") ?? text("response"));
  }
  for (const select of all("select:not([aria-label])")) select.setAttribute("aria-label", text("new_operation"));
  for (const area of all('.CodeMirror-scroll:not([tabindex="0"])')) area.tabIndex = 0;
  // A tab of GraphiQL contains a button that closes it, which the role of a tab does not allow.
  for (const list of all('[role="tablist"]')) list.removeAttribute("role");
  for (const tab of all("li.graphiql-tab")) {
    for (const name of ["role", "aria-selected"]) tab.removeAttribute(name);
    const current = String(tab.classList.contains("graphiql-tab-active"));
    const button = tab.querySelector(".graphiql-tab-button");
    if (button && button.getAttribute("aria-current") !== current) button.setAttribute("aria-current", current);
  }
}

new MutationObserver(correctMarkup).observe(element("graphiql"), {
  childList: true,
  subtree: true,
  attributeFilter: ["aria-selected", "class"],
});
showViewer();
showGraphiQL();
