// What the page asks of the server that it came from.
const KEY = "amalthea-key";
const LIMIT = Number(document.documentElement.dataset.maxBody);
const SENTENCES = { 503: "overloaded", 504: "late" };

// Why there is no answer: the key of a sentence of ours, the server's own sentence, which is English, or both.
export class Problem extends Error {
  constructor(key, values = {}, said = "") {
    super(said || key);
    Object.assign(this, { key, values, said });
  }

  // Whether asking once more may help.
  get passes() {
    return this.values.status >= 500 || ["unreachable", "keyNeeded"].includes(this.key);
  }
}

export const limit = LIMIT;
export const explains = document.documentElement.dataset.explain === "true";
export const keepKey = (key) => sessionStorage.setItem(KEY, key);
export const hasKey = () => sessionStorage.getItem(KEY) !== null;

export const models = async () => (await asked("v1/models")).models;

// The answer to one picture: what /v1/predict says, and the seconds from here to there and back.
export async function predict(file, model, explain = false) {
  await check(file);
  const form = new FormData();
  form.append("picture", file, file.name);
  form.append("model", model);
  if (explain) form.append("explain", "true");
  const begun = performance.now();
  const answer = await asked("v1/predict", { method: "POST", body: form });
  return { ...answer.predictions[0], model: answer.model, computed: answer.seconds, all: (performance.now() - begun) / 1000 };
}

// A folder, or a file that has gone, would look as if the server did not answer; so would one that it stops reading.
async function check(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Problem("unreadable");
  }
  if (file.size > LIMIT) throw new Problem("tooLarge", { bytes: file.size, most: LIMIT });
}

async function asked(path, options = {}) {
  const headers = hasKey() ? { Authorization: `Bearer ${sessionStorage.getItem(KEY)}` } : {};
  let response;
  try {
    response = await fetch(path, { ...options, headers, cache: "no-store" });
  } catch {
    throw new Problem("unreachable");
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  if (response.status === 401) throw new Problem("keyNeeded");
  const said = answer?.error ?? "";
  throw new Problem(SENTENCES[response.status] ?? (said ? "" : "unknown"), { status: response.status }, said);
}
