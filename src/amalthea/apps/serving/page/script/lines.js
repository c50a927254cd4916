// The lines that give the same answer in a terminal and in Python.
const quoted = (text) => (/^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`);

// A name that begins with a dash would be taken for an option.
const path = (name) => quoted(name.startsWith("-") ? `./${name}` : name);

const isFile = (model) => model.source !== "catalogue";
const opened = (model) => (isFile(model) ? model.source : model.name);

export function commands(file, model, explanation) {
  const lines = [`amalthea predict ${path(file)} --model ${quoted(opened(model))}`];
  if (explanation) {
    lines.push(`amalthea explain ${path(opened(model))} ${path(file)} --method ${explanation.method} --out map.png`);
  }
  return lines.join("\n");
}

export function python(file, model) {
  const precision = model.precision === "float32" ? "" : `, precision=${JSON.stringify(model.precision)}`;
  return [
    "import amalthea",
    "",
    `predictor = amalthea.${isFile(model) ? "load" : "predictor"}(${JSON.stringify(opened(model))}${precision})`,
    `[prediction] = predictor.predict_images([${JSON.stringify(file)}])`,
    "for best in prediction.classes:",
    '    print(f"{best.name} {best.probability:.3f}")',
  ].join("\n");
}

// Returns whether the text of an element is on the clipboard now; where it is not, it is selected.
export async function copied(element) {
  try {
    await navigator.clipboard.writeText(element.textContent); // not there on a page that came by http from elsewhere
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }
}
