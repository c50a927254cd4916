// What the page says, in the language that <html lang> names; the server has filled the first view.
const html = document.documentElement;
const link = document.getElementById("language");
let words = {};

// Say a language ("en" or "zh") on the page and in all that is added to it later.
export async function speak(language) {
  const response = await fetch(`page/words/${language}.json`);
  words = await response.json();
  html.lang = words.lang;
  link.href = `?lang=${words.otherLanguageCode}`;
  link.lang = link.hreflang = words.otherLanguageCode;
  fill(document);
  document.querySelectorAll("template").forEach((template) => fill(template.content));
}

function fill(root) {
  root.querySelectorAll("[data-word]").forEach((element) => {
    element.textContent = words[element.dataset.word];
  });
}

// The sentence of a key, with {names} in it replaced.
export const word = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (mark, name) => values[name] ?? mark);

// What to tell of a problem, and in which language that is.
export function sentence({ key, values, said }) {
  if (said && (!key || html.lang === "en")) return [said, "en"];
  return [word(key, { ...values, size: size(values.bytes ?? 0), limit: size(values.most ?? 0) }), html.lang];
}

const written = (value, options) => new Intl.NumberFormat(html.lang, options).format(value);

export const whole = (value) => written(value, { maximumFractionDigits: 0 });

export const percent = (value) => written(value, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const size = (bytes) => `${written(bytes / 2 ** 20, { maximumFractionDigits: 1 })} MiB`;

export function time(seconds) {
  const [value, unit] = seconds < 1 ? [seconds * 1000, "millisecond"] : [seconds, "second"];
  return written(value, { style: "unit", unit, maximumSignificantDigits: 2 });
}
