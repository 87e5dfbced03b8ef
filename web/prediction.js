// The form: one review in, a label with its confidence and scores out.

import { call, element, percent, show } from "./api.js";

function bar(label, score) {
  const fill = element("div", { className: "fill" });
  fill.style.width = percent(score);
  return element("div", { className: `score ${tone(label)}` },
    element("span", {}, label),
    element("div", { className: "bar", "aria-hidden": "true" }, fill),
    element("span", { className: "number" }, percent(score)));
}

const tone = (label) => ({ positive: "good", negative: "bad" })[label] ?? "plain";

// Neutral is no label of the model: it lies between those it has.
function certainty({ label, confidence, scores }) {
  return label in scores ? `${percent(confidence)} sure` : "too close to call";
}

function reasons({ explanation }) {
  if (!explanation) return [];
  if (!explanation.length) return [element("p", { className: "quiet" }, "It holds no word that the model knows.")];
  const marks = explanation.map(({ phrase, label, weight }) => element("li", { className: tone(label) },
    phrase, element("small", {}, `${label} +${weight.toFixed(2)}`)));
  return [element("p", { className: "quiet" }, "What moved the answer most:"),
    element("ul", { className: "reasons" }, ...marks)];
}

function verdict({ model, predictions: [prediction] }, milliseconds) {
  const scores = Object.entries(prediction.scores).sort(([, a], [, b]) => b - a);
  return element("div", { className: "verdict" },
    element("p", { className: `label ${tone(prediction.label)}` }, prediction.label,
      element("small", {}, certainty(prediction))),
    element("div", { className: "scores" }, ...scores.map(([label, score]) => bar(label, score))),
    ...reasons(prediction),
    element("p", { className: "quiet" }, `Version ${model.version}, in ${Math.round(milliseconds)} ms from this browser.`));
}

async function judge(text, button) {
  button.disabled = true;
  const started = performance.now();
  try {
    const answer = await call("predict", { text, explain: true });
    show("verdict", verdict(answer, performance.now() - started));
  } catch (error) {
    show("verdict", element("p", { className: "trouble", role: "alert" }, error.message));
  } finally {
    button.disabled = false;
  }
}

export function startForm() {
  const form = document.getElementById("try");
  const field = document.getElementById("text");
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    judge(field.value, button);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("click", ({ target }) => {
    if (!target.dataset.text) return;
    field.value = target.dataset.text;
    form.requestSubmit();
  });
}
