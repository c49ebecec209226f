// The choice of a teacher. The list of teachers is loaded once, when the first choice is shown.

import { createElement } from "./format.js";
import { loadAll } from "./operations.js";

let teachers = null;

/** Returns a select of all teachers after the `first` options, which are pairs of value and text. `current` is there before the others. */
export function teacherSelect(first, current = null) {
  const select = createElement("select", {});
  fill(select, first, current ? [current] : []);
  loadTeachers().then((all) => {
    const chosen = select.value;
    // A conflict can have added another teacher meanwhile.
    const others = [...select.options].slice(first.length).map(({ value, text }) => ({ id: value, name: text }));
    fill(select, first, [...others.filter(({ id }) => !all.some((each) => each.id === id)), ...all]);
    select.value = chosen;
  });
  return select;
}

async function loadTeachers() {
  teachers ??= loadAll("teachers");
  const all = await teachers;
  if (!all.length) teachers = null;
  return all;
}

const fill = (select, first, people) => select.replaceChildren(
  ...[...first, ...people.map(({ id, name }) => [id, name])].map(([value, name]) => createElement("option", { value }, name)));
