// One picture with what the server says of it. All that comes from a file or the server is set as text.
import { commands, copied, python } from "./lines.js";
import { explains, predict } from "./server.js";
import { percent, sentence, time, word } from "./words.js";

const copyOf = (template) => document.getElementById(template).content.firstElementChild.cloneNode(true);

export class Card {
  // `own` is whether the reader has the file; `say` speaks to those who do not see the page.
  constructor(file, own, say) {
    Object.assign(this, { file, own, say, turn: 0 });
    this.element = copyOf("card");
    this.address = URL.createObjectURL(file);
    const picture = this.find(".shown");
    picture.addEventListener("error", () => {
      this.find(".layers").hidden = true;
      this.find(".format").hidden = false;
    });
    Object.assign(picture, { alt: file.name, src: this.address });
    this.find(".file").textContent = file.name;
    this.find(".explain").addEventListener("click", () => this.explain());
    this.element.querySelectorAll(".lines").forEach((lines) => {
      const button = lines.querySelector("button");
      button.addEventListener("click", () => this.copy(button, lines.querySelector("code")));
    });
    this.wait();
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  // What an earlier question is still answered by is not shown any more.
  wait() {
    this.turn += 1;
    Object.assign(this, { answer: null, problem: null, explanation: null, busy: true, explaining: false, mapShown: false });
    this.show();
  }

  async ask(model) {
    this.model = model;
    if (await this.learn((answer) => ({ answer, busy: false }))) this.announce();
  }

  fail(problem) {
    Object.assign(this, { problem, busy: false });
    this.show();
  }

  async explain() {
    if (this.explaining) return;
    if (this.explanation) {
      this.mapShown = !this.mapShown;
      this.show();
      return;
    }
    Object.assign(this, { explaining: true, problem: null });
    this.show();
    const learned = ({ explanation }) => ({ explanation, explaining: false, mapShown: true });
    if (await this.learn(learned, true)) this.say(this.problem ? sentence(this.problem)[0] : this.legend());
  }

  // Ask the server and show what it says; false where the question is not of interest any more.
  async learn(learned, explain = false) {
    const { turn } = this;
    const news = await predict(this.file, this.model.name, explain).then(learned, (problem) => ({ problem, busy: false, explaining: false }));
    if (turn !== this.turn) return false;
    Object.assign(this, news);
    this.show();
    return true;
  }

  async copy(button, code) {
    const key = (await copied(code)) ? "copied" : "notCopied";
    button.textContent = word(key);
    this.say(word(key));
    setTimeout(() => (button.textContent = word(button.dataset.word)), 2000);
  }

  remove() {
    this.turn += 1;
    URL.revokeObjectURL(this.address);
    this.element.remove();
  }

  // Everything that depends on the answer or the language.
  show() {
    const { answer, busy, problem } = this;
    this.element.setAttribute("aria-busy", busy);
    this.find(".answer").textContent = busy ? word("asking") : answer ? named(answer.answer) : word("noAnswer");
    this.find(".problem").hidden = !problem;
    if (problem) [this.find(".problem").textContent, this.find(".problem").lang] = sentence(problem);
    this.find(".again").hidden = !problem?.passes || Boolean(answer);
    this.find(".classes").replaceChildren(...(answer?.classes ?? []).map(row));
    this.find(".facts").textContent = answer ? word("facts", { ...answer, computed: time(answer.computed), all: time(answer.all) }) : "";
    this.showMap();
    this.showLines();
  }

  showMap() {
    const { answer, explaining, explanation, mapShown } = this;
    const [button, map] = [this.find(".explain"), this.find(".map")];
    const key = explaining ? "explaining" : !explanation ? "explain" : mapShown ? "hideMap" : "showMap";
    button.hidden = !answer || !explains;
    button.textContent = word(key);
    button.setAttribute("aria-disabled", explaining);
    map.hidden = this.find(".legend").hidden = !mapShown;
    if (!mapShown) return;
    Object.assign(map, { src: explanation.map, alt: word("mapOf", { name: shown(explanation.class) }) });
    this.find(".scale").hidden = !explanation.peak;
    this.find(".sense").textContent = this.legend();
  }

  showLines() {
    const { address, answer, explanation, file, model, own } = this;
    this.find("details").hidden = !answer;
    this.find(".save").hidden = own || !answer;
    if (!answer) return;
    this.find(".terminal").replaceChildren(...words(commands(file.name, model, explanation)));
    this.find(".python").textContent = python(file.name, model, explanation);
    Object.assign(this.find(".save"), { href: address, download: file.name, textContent: word("save", { file: file.name }) });
  }

  legend() {
    return word(this.explanation.peak ? "legend" : "nowhere", { name: shown(this.explanation.class) });
  }

  announce() {
    const { answer, file, problem } = this;
    if (problem) this.say(word("announcedProblem", { file: file.name, problem: sentence(problem)[0] }));
    else this.say(word("announced", { file: file.name, name: named(answer.answer), probability: percent(answer.classes[0].probability) }));
  }
}

// A line is broken between words, not within an option: after its hyphens browsers would.
function words(text) {
  return text.split(/(\s+)/).map((part) => {
    const element = document.createElement("span");
    if (part.trim()) element.className = "word";
    element.textContent = part;
    return element;
  });
}

// ImageNet's names are written with underscores.
const shown = (name) => name.replaceAll("_", " ");

const named = (answer) => (answer === null ? word("noneOfThese") : shown(answer));

function row({ name, probability }) {
  const element = copyOf("class");
  element.querySelector(".name").textContent = shown(name);
  element.querySelector(".probability").textContent = percent(probability);
  element.querySelector(".filled").style.inlineSize = `${100 * probability}%`;
  return element;
}
