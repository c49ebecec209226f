// The history of a cell in its panel: who changed it, when, and what. A change can be undone here.

import { send } from "./api.js";
import { createElement, date, dateTime, label } from "./format.js";
import { remember, showUndoOutcome } from "./last_change.js";
import { loadPage, queries, withRequestId } from "./operations.js";
import { reveal } from "./reveal.js";
import { text } from "./texts.js";
import { refusalOf, undoChanges, undoTexts } from "./undoing.js";

// The API's names of fields, where the page has another.
const FIELD_TEXTS = { invigilator: "invigilatorId" };

/**
 * Returns the history of the cell that is `opened` as a closed section. It is loaded when it is opened.
 *
 * `reload(message)` is called after an undo.
 */
export function historyOf(opened, canEdit, reload) {
  const list = createElement("ol", { class: "history" });
  const problem = createElement("p", { class: "problem", role: "alert" });
  const more = createElement("button", { type: "button", hidden: "" }, text("older_changes"));
  const summary = createElement("summary", {}, text("history"));
  const section = createElement("details", { id: "cell-history" }, summary, list, problem, more);
  const state = { timeZone: opened.timeZone, canEdit, reload };
  let after = null;
  const load = async (opener) => {
    if (section.ariaBusy === "true") return;
    section.setAttribute("aria-busy", "true");
    const { page, problem: message } = await loadPage("cell_history", { ...opened.operation.variables, after }, "matrixCell", "history");
    section.setAttribute("aria-busy", "false");
    problem.textContent = message ?? "";
    if (!page) return;
    const entries = page.edges.map(({ node }) => entryOf(node, state));
    if (!entries.length && !list.childElementCount) entries.push(createElement("li", {}, text("no_changes")));
    list.append(...entries);
    if (entries.length) reveal(opener === summary ? list : entries[0], opener);
    after = page.pageInfo.endCursor;
    more.hidden = !page.pageInfo.hasNextPage;
  };
  section.addEventListener("toggle", () => section.open && !list.childElementCount && load(summary));
  more.addEventListener("click", () => load(more));
  return section;
}

function entryOf(entry, { timeZone, canEdit, reload }) {
  const item = createElement("li", {},
    createElement("strong", {}, label(entry.action)),
    createElement("small", {}, text("changed_by", { time: dateTime(entry.at, timeZone), name: entry.byName })),
    createElement("ul", {}, ...entry.changes.map((each) => createElement("li", {}, changeText(each)))));
  if (entry.undoneBy) item.append(createElement("small", {}, text("is_undone")));
  else if (canEdit && entry.changeSetId) {
    const { change, isRedo, title, name, done, question } = undoTexts(entry.action);
    const button = createElement("button", { type: "button", "aria-label": name }, title);
    const result = createElement("div", {});
    button.addEventListener("click", async () => {
      button.disabled = true;
      result.replaceChildren();
      const { isWanted, failure } = await confirmAll(entry.changeSetId, question);
      const { changeSetId, refusal = failure } = isWanted ? await undoChanges(entry.changeSetId) : {};
      button.disabled = false;
      if (refusal && !item.checkVisibility()) showUndoOutcome(refusal);
      else if (refusal) {
        result.replaceChildren(refusal);
        reveal(refusal, button);
      }
      if (!changeSetId) return;
      remember(changeSetId, change, !isRedo);
      await reload(done);
    });
    item.append(button, result);
  }
  return item;
}

/** Asks before other cells are restored together with this one. Returns whether it `isWanted`, or a `failure` to show. */
async function confirmAll(changeSetId, question) {
  const { result, problem, requestId } = await send({ query: queries.change_set, variables: { id: changeSetId } });
  if (!result.data) return { failure: refusalOf({ errors: [], problem: withRequestId(problem, requestId) }) };
  const changes = result.data.node;
  // The undo itself answers if the viewer does not see the whole change.
  return { isWanted: !(changes?.cellCount > 1) || confirm(question(changes.summary)) };
}

/** Returns a change for people: "Room: Hall → Room 7". */
function changeText(change) {
  const field = text(FIELD_TEXTS[change.field] ?? change.field);
  if (change.examsAdded) {
    const names = (exams) => exams.map(({ name }) => name).join(", ");
    return [
      change.examsAdded.length && text("exams_added", { names: names(change.examsAdded) }),
      change.examsRemoved.length && text("exams_removed", { names: names(change.examsRemoved) }),
    ].filter(Boolean).join(" ");
  }
  return `${field}: ${valueText(change, /Before$/)} → ${valueText(change, /After$/)}`;
}

/** Returns the value of a change with a name that matches, because each type of change has its own names. */
function valueText(change, pattern) {
  const name = Object.keys(change).find((each) => pattern.test(each));
  const value = change[name];
  if (value === null || value === undefined || value === "") return text("empty_value");
  if (name.startsWith("status")) return label(value);
  if (name.startsWith("date")) return date(value);
  if (name.startsWith("time")) return value.slice(0, 5);
  if (name.startsWith("teacher")) return value.name;
  return String(value);
}
