// The texts of the page, from the server, in the language of the request.

const texts = JSON.parse(document.getElementById("texts").textContent);

/** Returns the text with this name, with `values` in place of the names in braces. */
export const text = (name, values = {}) =>
  texts[name].replace(/\{(\w+)\}/g, (_match, key) => String(values[key]));
