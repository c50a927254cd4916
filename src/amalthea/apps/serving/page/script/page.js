// Pictures come in by dropping, pasting, picking and the camera, and are asked about one after another.
import { offerCamera } from "./camera.js";
import { Card } from "./card.js";
import { hasKey, keepKey, limit, models, Problem } from "./server.js";
import { sentence, size, speak, whole, word } from "./words.js";

const part = (id) => document.getElementById(id);
const [select, list, notice, keyForm, zone] = ["models", "cards", "notice", "key", "zone"].map(part);
const cards = new Set();
const waiting = new Set();
let served = [];
let working = false;
let noticed = null;

const say = (text) => (part("status").textContent = text);
const chosen = () => served.find((model) => model.name === select.value);
const unanswered = () => [...cards].filter((card) => !card.answer);

// Show what concerns no picture; null takes it away.
function tell(problem) {
  noticed = problem;
  notice.hidden = !problem;
  if (!problem) return;
  [notice.textContent, notice.lang] = sentence(problem);
  say(notice.textContent);
}

// Add pictures above those of before, in their own order.
function add(pictures, own = true) {
  tell(pictures.length ? null : new Problem("noPicture"));
  const before = list.firstChild;
  const added = pictures.map((picture) => new Card(picture, own, say));
  for (const card of added) {
    card.find(".again").addEventListener("click", () => askAbout([card]));
    list.insertBefore(card.element, before);
    cards.add(card);
  }
  showWhetherAny();
  askAbout(added);
}

// One after another: a telephone sends one picture sooner than ten at a time, and the server is there for all.
async function askAbout(some) {
  some.forEach((card) => {
    card.wait();
    waiting.add(card);
  });
  if (working || !waiting.size) return;
  if (!served.length) return showModels();
  working = true;
  for (const card of waiting) {
    waiting.delete(card); // the loop meets what is added meanwhile, too
    await card.ask(chosen());
    if (card.problem?.key === "keyNeeded") askForKey();
  }
  working = false;
}

async function showModels() {
  try {
    served = (await models()).filter((model) => model.pictures); // others take arrays alone
    if (!keyForm.hidden) part("files").focus();
    keyForm.hidden = true;
    if (!served.length) throw new Problem("noModel");
  } catch (problem) {
    waiting.clear();
    unanswered().forEach((card) => card.fail(problem));
    if (problem.key === "keyNeeded") askForKey();
    else tell(problem);
    return;
  }
  tell(null);
  select.replaceChildren(...served.map((model) => new Option(model.name, model.name, model.default, model.default)));
  part("model").hidden = false;
  showModel();
  askAbout(unanswered());
}

function showModel() {
  const model = chosen();
  const facts = model && { classes: whole(model.classes), rows: model.size?.[0], columns: model.size?.[1] };
  part("model-facts").textContent = model ? word("modelFacts", facts) : "";
}

function askForKey() {
  tell(hasKey() ? new Problem("keyWrong") : null);
  keyForm.hidden = false;
  part("key-field").focus();
}

function showWhetherAny() {
  part("clear").hidden = !cards.size;
  document.body.classList.toggle("answering", cards.size > 0);
}

function drag(event) {
  event.preventDefault();
  const over = event.type === "dragover" || (event.type === "dragleave" && event.relatedTarget !== null);
  zone.classList.toggle("over", over);
  part("hint").textContent = word(over ? "release" : "drop");
  if (event.type === "drop") add([...event.dataTransfer.files]);
}

async function begin() {
  await speak(document.documentElement.lang.slice(0, 2));
  part("limits").textContent = word("limits", { size: size(limit) });
  ["dragover", "dragleave", "drop"].forEach((type) => addEventListener(type, drag));
  addEventListener("paste", (event) => {
    if (!event.target.matches?.("input")) add([...event.clipboardData.files], false);
  });
  part("files").addEventListener("change", (event) => {
    if (event.target.files.length) add([...event.target.files]);
    event.target.value = ""; // or the same picture could not be chosen again
  });
  part("sample").addEventListener("click", async () => {
    const content = await (await fetch("page/chelsea.jpg")).blob();
    add([new File([content], "chelsea.jpg", { type: content.type })], false);
  });
  part("clear").addEventListener("click", () => {
    waiting.clear();
    cards.forEach((card) => card.remove());
    cards.clear();
    showWhetherAny();
    part("files").focus();
  });
  select.addEventListener("change", () => {
    showModel();
    askAbout([...cards]);
  });
  keyForm.addEventListener("submit", (event) => {
    event.preventDefault();
    keepKey(part("key-field").value);
    showModels();
  });
  part("language").addEventListener("click", changeLanguage);
  offerCamera((files) => add(files, false), () => tell(new Problem("cameraNone")));
  showModels();
}

async function changeLanguage(event) {
  event.preventDefault();
  history.replaceState(null, "", event.target.href);
  await speak(new URLSearchParams(location.search).get("lang"));
  part("limits").textContent = word("limits", { size: size(limit) });
  showModel();
  tell(noticed);
  cards.forEach((card) => card.show());
}

begin();
