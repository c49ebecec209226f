// Another user has changed selected cells. For each, the user chooses between the own change and the cell as it is.

import { moved } from "./bulk_fields.js";
import { mergeCells } from "./cells.js";
import { shownValue, valuesOf } from "./fields.js";
import { count, createElement, label } from "./format.js";
import { loadPage } from "./operations.js";
import { text } from "./texts.js";

/** Loads the current state of the cells of `targets`. Returns `cells`, a map by class and period, or else a `problem`. */
export async function loadBlock(targets) {
  const { page, problem } = await loadPage("block", {
    academicYear: targets[0].at.academicYear,
    classCodes: [...new Set(targets.map(({ at }) => at.classCode))],
    periods: [...new Set(targets.map(({ at }) => at.period))],
  }, "scheduleMatrix", "rows");
  const cells = page?.flatMap((row) => row.cells) ?? [];
  mergeCells(cells);
  return { problem, cells: new Map(cells.map((cell) => [`${cell.schoolClass.code} ${cell.period}`, cell])) };
}

export const cellOfTarget = (cells, { at }) => cells.get(`${at.classCode} ${at.period}`);

/**
 * Shows a choice in `place` for each of the `targets` that is not as the user has seen it. Returns whether there is one.
 *
 * `change` has `given`, `days` and the `teachers` select, and is null for a copy. The targets get the new versions. "Theirs" sets
 * `isSkipped`. Choices about other cells stay.
 */
export function showBlockConflicts(place, targets, cells, change) {
  const stale = targets.map((target) => [target, cellOfTarget(cells, target)])
    .filter(([target, now]) => now && now.version !== target.version && !target.isSkipped);
  if (!stale.length) return false;
  const keys = stale.map(([{ key }]) => key);
  const kept = [...place.querySelectorAll("[data-choice]")].filter(({ dataset }) => !keys.includes(dataset.choice));
  const choices = stale.map(([target, now]) => {
    target.version = now.version;
    return choiceOf(target, now, change);
  });
  place.replaceChildren(
    createElement("p", {}, createElement("strong", {}, text("block_conflict", { number: count(stale.length, "cell") }))),
    ...kept, ...choices,
    createElement("p", {}, text("choose_and_preview")));
  place.scrollIntoView({ block: "nearest" });
  place.querySelector("input")?.focus({ preventScroll: true });
  return true;
}

function choiceOf(target, now, change) {
  const name = now.modifiedBy?.name ?? text("another_user");
  const [yours, theirs] = change ? differences(now, change) : [text("the_copy"), `${label(now.status)}, ${count(now.examCount, "exam")}`];
  const legend = text("changed_cell_by", { cell: target.name, name });
  if (!yours) return createElement("p", {}, `${legend} ${text("other_fields_changed")}`);
  const choice = (key, value, isSkipped) => {
    const radio = createElement("input", { type: "radio", name: `choice-${target.key}` });
    radio.checked = !isSkipped;
    radio.addEventListener("change", () => { target.isSkipped = isSkipped; });
    return createElement("label", {}, radio, ` ${text(key, { value })}`);
  };
  return createElement("fieldset", { "data-choice": target.key },
    createElement("legend", {}, legend), choice("yours", yours, false), choice("theirs", theirs, true));
}

/** Returns the own values and the current ones of the fields that would change. Both are empty if no field would. */
function differences(now, { given, days, teachers }) {
  const wanted = days && now.scheduledDate ? { ...given, scheduledDate: moved(now.scheduledDate, days) } : given;
  const current = valuesOf(now);
  const pairs = Object.entries(wanted)
    .map(([name, value]) => [name, valuesOf({ [name]: value, invigilator: value && { id: value } })[name] ?? "", current[name]])
    .filter(([, mine, theirs]) => mine !== theirs);
  const texts = (index) => pairs
    .map((pair) => `${text(pair[0])} ${shownOf(pair[0], pair[index], teachers, now)}`).join(", ");
  return [texts(1), texts(2)];
}

const shownOf = (name, value, teachers, { invigilator }) =>
  (name === "invigilatorId" && value && value === invigilator?.id ? invigilator.name : shownValue(name, value, teachers));
