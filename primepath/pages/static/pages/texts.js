// The texts of the page, from the server, in the language of the request.

const texts = JSON.parse(document.getElementById("texts").textContent);

/** Returns the text with this name, with `values` in place of the names in braces. A name without a text is shown itself. */
export const text = (name, values = {}) =>
  (texts[name] ?? name).replace(/\{(\w+)\}/g, (_match, key) => String(values[key]));
