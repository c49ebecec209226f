// The requests of the dialog for several cells, and the messages about them.

import { moved } from "./bulk_fields.js";
import { periodName } from "./format.js";

/** Returns what the dialog needs of a selected cell. `version` is the one that the user has seen. */
export const targetOf = ({ key, cell, schoolClass }) => ({
  key,
  at: { classCode: schoolClass.code, academicYear: cell.academicYear, period: cell.period },
  name: `${schoolClass.name}, ${periodName(cell.period)}`,
  version: cell.version,
});

/** Returns the request that changes the fields of the targets, with its `targets`. Moved dates need the `date` of each target. */
export function changeRequest(targets, { given, days }) {
  const planned = targets.map((target) =>
    [target, days && target.date ? { ...given, scheduledDate: moved(target.date, days) } : given]);
  const changed = planned.filter(([, fields]) => Object.keys(fields).length);
  return {
    document: "update_cells",
    targets: changed.map(([target]) => target),
    input: { changes: changed.map(([{ at, version }, fields]) => ({ cell: { at }, expectedVersion: version, ...fields })) },
  };
}

/** Returns the request that copies the cell `source` to the targets. Its version is the one that the user has seen. */
export const copyRequest = (targets, source, onExisting) => ({
  document: "clone_cell",
  targets,
  input: {
    source: { id: source.id },
    targets: targets.map(({ at }) => at),
    onExisting,
    expectedVersions: [
      ...targets.map(({ at, version }) => ({ cell: { at }, version })),
      // The API refuses a cell that is listed twice.
      ...(targets.some(({ key }) => key === source.key) ? [] : [{ cell: { id: source.id }, version: source.version }]),
    ],
  },
});

/** Returns the messages of an outcome, each after the name of its cell. */
export function problemsOf({ errors, problem }, targets) {
  const lines = errors.map(({ message, field: path }) => {
    const target = targets[path?.find((part) => /^\d+$/.test(part))];
    return target ? `${target.name}: ${message}` : message;
  });
  return [problem, ...lines].filter(Boolean).join("\n");
}
