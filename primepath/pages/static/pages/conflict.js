// Another user has changed the cell that is open. Fields that both changed become a choice between "yours" and "theirs".

import { createElement } from "./format.js";
import { text } from "./texts.js";

/**
 * Compares the cell as it was opened (`base`), as it is `now`, and the `inputs`. Returns the elements that show the difference.
 *
 * An input that was not changed here gets the new value. An input that both changed keeps its value until "theirs" is chosen.
 */
export function conflictsOf({ base, now, inputs, valuesOf, shown }) {
  const theirs = valuesOf(now);
  if (now.invigilator && ![...inputs.invigilatorId.options].some(({ value }) => value === now.invigilator.id)) {
    inputs.invigilatorId.append(createElement("option", { value: now.invigilator.id }, now.invigilator.name));
  }
  const parts = [];
  for (const [name, input] of Object.entries(inputs)) {
    if (theirs[name] === base[name] || theirs[name] === input.value) continue;
    if (input.value === base[name]) {
      input.value = theirs[name];
      parts.push(createElement("p", {}, text("theirs_taken", { field: text(name), value: shown(name, theirs[name]) })));
    } else {
      parts.push(choiceOf(name, input, theirs[name], shown));
    }
  }
  const name = now.modifiedBy?.name ?? text("another_user");
  return [
    createElement("p", {}, createElement("strong", {}, text("conflict", { name }))),
    ...parts,
    createElement("p", {}, text("choose_and_save")),
  ];
}

function choiceOf(name, input, theirs, shown) {
  const yours = input.value;
  const choice = (key, value, checked) => {
    const radio = createElement("input", { type: "radio", name: `choice-${name}` });
    radio.checked = checked;
    radio.addEventListener("change", () => { input.value = value; });
    return createElement("label", {}, radio, ` ${text(key, { value: shown(name, value) })}`);
  };
  return createElement("fieldset", { "data-choice": name },
    createElement("legend", {}, text("conflict_field", { field: text(name) })),
    choice("yours", yours, true),
    choice("theirs", theirs, false));
}
