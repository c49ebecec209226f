// The choice of a teacher. The list of teachers is loaded once, when the first choice is shown.

import { createElement } from "./format.js";
import { loadAll } from "./operations.js";
import { text } from "./texts.js";

let teachers = null;

/** Returns a select of all teachers after the `first` options, which are pairs of value and text. `current` is there before the others. */
export function teacherSelect(first, current = null) {
  const select = createElement("select", {});
  fill(select, first, current ? [current] : []);
  loadTeachers().then(({ all, isComplete }) => {
    const chosen = select.value;
    // A conflict can have added another teacher meanwhile.
    const others = [...select.options].slice(first.length).map((each) => ({ id: each.value, name: each.text }));
    fill(select, first, [...others.filter(({ id }) => !all.some((each) => each.id === id)), ...all]);
    select.value = chosen;
    if (!isComplete) select.append(createElement("option", { disabled: "" }, text("teachers_not_loaded")));
  });
  return select;
}

async function loadTeachers() {
  teachers ??= loadAll("teachers");
  const loaded = await teachers;
  // The next choice tries again.
  if (!loaded.isComplete) teachers = null;
  return loaded;
}

const fill = (select, first, people) => select.replaceChildren(
  ...[...first, ...people.map(({ id, name }) => [id, name])].map(([value, name]) => createElement("option", { value }, name)));
