// Replaces "Loading …" in browsers that cannot run this page. It is written for them: no module, no new syntax.

(function () {
  var isNew = "noModule" in document.createElement("script") && typeof Map.groupBy === "function" &&
    typeof HTMLDialogElement === "function" && typeof Array.prototype.findLast === "function";
  if (isNew) return;
  var loading = document.getElementById("loading");
  var old = document.getElementById("old-browser");
  if (loading) loading.hidden = true;
  if (old) old.hidden = false;
})();
