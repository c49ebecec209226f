// Shows the user what a button or a section has opened, which can be below the visible part of a panel or dialog.

/**
 * Scrolls `opened` into view, and focuses `target`: itself or a part of it. `opener` had the focus before.
 *
 * A user who has moved on from the opener meanwhile stays there.
 */
export function reveal(opened, opener, target = opened) {
  const { activeElement } = document;
  // Not every browser focuses what is clicked. Then the focus is on the page, or on the dialog around the opener.
  if (activeElement && !activeElement.contains(opener)) return;
  if (target === opened) opened.tabIndex = -1;
  target.focus({ preventScroll: true });
  opened.scrollIntoView({ block: "nearest" });
}
