// Replaces "Loading …" if the page cannot run: in an old browser, or if a script is not loaded. No module, no new syntax.

(function () {
  var isNew = "noModule" in document.createElement("script") && typeof Map.groupBy === "function" &&
    typeof HTMLDialogElement === "function" && typeof Array.prototype.findLast === "function" &&
    window.CSS && CSS.supports("color", "light-dark(red, red)");
  function show(id) {
    var loading = document.getElementById("loading");
    var message = document.getElementById(id);
    if (loading && message && !loading.hidden) {
      loading.hidden = true;
      message.hidden = false;
    }
  }
  if (!isNew) {
    show("old-browser");
    return;
  }
  // Failed scripts do not report to the window, except in this phase.
  window.addEventListener("error", function (event) {
    if (!event.target || event.target === window || event.target.tagName === "SCRIPT") show("not-started");
  }, true);
})();
