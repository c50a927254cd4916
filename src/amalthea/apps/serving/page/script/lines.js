// The lines that give the same answer in a terminal and in Python.
const quoted = (text) => (/^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`);

// A name that begins with a dash would be taken for an option.
const path = (name) => quoted(name.startsWith("-") ? `./${name}` : name);

const isFile = (model) => model.source !== "catalogue";
const opened = (model) => (isFile(model) ? model.source : model.name);
const isUsual = (model) => model.precision === "float32";

// Of an explanation there is no command in another precision; the Python lines have it in each.
export function commands(file, model, explanation) {
  const precision = isUsual(model) ? "" : ` --precision ${quoted(model.precision)}`;
  const lines = [`amalthea predict ${path(file)} --model ${quoted(opened(model))}${precision}`];
  if (explanation && isUsual(model)) {
    lines.push(`amalthea explain ${path(opened(model))} ${path(file)} --method ${explanation.method} --out map.png`);
  }
  return lines.join("\n");
}

// A threshold stands in the file of the model, and so holds here, too; without one, the answer is the first class.
export function python(file, model, explanation) {
  const precision = isUsual(model) ? "" : `, precision=${JSON.stringify(model.precision)}`;
  const picture = JSON.stringify(file);
  const lines = [
    "import amalthea",
    "",
    `predictor = amalthea.${isFile(model) ? "load" : "predictor"}(${JSON.stringify(opened(model))}${precision})`,
    `[prediction] = predictor.predict_images([${picture}])`,
  ];
  if (model.threshold !== null) lines.push('print(prediction.answer or "none of these")');
  lines.push("for best in prediction.classes:", '    print(f"{best.name} {best.probability:.3f}")');
  if (explanation) lines.push(`amalthea.explain(predictor, ${picture}).save("map.png")`);
  return lines.join("\n");
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
