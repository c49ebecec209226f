// A long press on a cell selects it on touch screens.

const PRESS_MS = 500;
const TOLERANCE_PX = 10;

/** Calls `act(button)` after a long touch of a cell in the `table`. Scrolling ends the touch. The click after it is ignored. */
export function onLongPress(table, act) {
  let timer = null;
  let start = null;
  let isPressed = false;
  const end = () => clearTimeout(timer);
  table.addEventListener("pointerdown", (event) => {
    end();
    isPressed = false;
    const button = event.target.closest("td button");
    if (event.pointerType === "mouse" || !button) return;
    start = event;
    timer = setTimeout(() => {
      isPressed = true;
      act(button);
    }, PRESS_MS);
  });
  table.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (start && Math.hypot(clientX - start.clientX, clientY - start.clientY) > TOLERANCE_PX) end();
  });
  table.addEventListener("pointerup", end);
  table.addEventListener("pointercancel", end);
  table.addEventListener("click", (event) => {
    if (isPressed) event.stopPropagation();
    isPressed = false;
  }, { capture: true });
  // The browser's menu of a long press would cover the cells.
  table.addEventListener("contextmenu", (event) => start && start.pointerType !== "mouse" && event.target.closest("td button") && event.preventDefault());
}
