// The dialog with the last changes of the schedule: mine or all. Each can be undone.

import { createElement, dateTime, label } from "./format.js";
import { remember, showUndoOutcome } from "./last_change.js";
import { loadPage } from "./operations.js";
import { reveal } from "./reveal.js";
import { text } from "./texts.js";
import { undoChanges, undoTexts } from "./undoing.js";

const element = (id) => document.getElementById(id);
const dialog = element("changes");
const list = element("change-list");
const more = element("more-changes");
const problem = element("changes-problem");
const outcome = element("changes-outcome");
let after = null;
let timeZone;
let lastRequest = 0;

/** Sets the time zone of the times. */
export const setTimeZone = (zone) => { timeZone = zone; };

async function load(isFirst) {
  const number = ++lastRequest;
  if (isFirst) after = null;
  list.setAttribute("aria-busy", "true");
  const { page, problem: message } = await loadPage("change_sets", { mine: element("whose-changes").value === "mine", after }, "changeSets");
  if (number !== lastRequest) return;
  list.setAttribute("aria-busy", "false");
  problem.textContent = message ?? "";
  if (isFirst) list.replaceChildren();
  if (!page) return;
  const items = page.edges.map(({ node }) => itemOf(node));
  list.append(...items);
  if (!list.childElementCount) list.append(createElement("li", {}, text("no_changes")));
  if (!isFirst && items.length) reveal(items[0], more);
  after = page.pageInfo.endCursor;
  more.hidden = !page.pageInfo.hasNextPage;
}

function itemOf({ id, at, byName, action, summary, undoable, undoneBy }) {
  const item = createElement("li", {},
    createElement("div", {},
      createElement("strong", {}, label(action)),
      createElement("span", {}, summary),
      createElement("small", {}, text("changed_by", { time: dateTime(at, timeZone), name: byName })),
      ...(undoneBy ? [createElement("small", {}, text("is_undone"))] : [])));
  if (!undoable) return item;
  const { change, isRedo, title, name, done } = undoTexts(action, summary);
  const button = createElement("button", { type: "button", "aria-label": name }, title);
  button.addEventListener("click", async () => {
    button.disabled = true;
    item.querySelector(".conflict, .problem")?.remove();
    const { changeSetId, refusal } = await undoChanges(id);
    button.disabled = false;
    remember(changeSetId, change, !isRedo);
    if (!item.checkVisibility()) {
      showUndoOutcome(refusal ?? done);
      return;
    }
    if (refusal) {
      item.append(refusal);
      reveal(refusal, button);
      return;
    }
    outcome.textContent = done;
    await load(true);
    element("whose-changes").focus();
  });
  item.append(button);
  return item;
}

element("show-changes").addEventListener("click", () => {
  outcome.textContent = "";
  list.replaceChildren();
  dialog.showModal();
  load(true);
});
element("whose-changes").addEventListener("change", () => load(true));
more.addEventListener("click", () => load(false));
element("close-changes").addEventListener("click", () => dialog.close());
