// The champion: its figures and its confusion matrix.

import { call, element, percent, show } from "./api.js";

function figure(name, value, title) {
  return element("div", { className: "figure", title }, element("dt", {}, name), element("dd", {}, value));
}

function figures({ version, algorithm, figures: known }) {
  const count = (number) => number.toLocaleString("en");
  return element("dl", { className: "figures" },
    figure("accuracy", percent(known.accuracy), "Share of test reviews it judged right; it never saw them in training"),
    known.ece === undefined ? "" : figure("calibration error", percent(known.ece), "How far its confidence is from the truth, on average"),
    known.rows_train === undefined ? "" : figure("trained on", count(known.rows_train), "Reviews in the training split"),
    figure("version", version, algorithm ?? ""));
}

function matrix({ labels, confusion_matrix: counts }) {
  const head = element("tr", {}, element("td"), ...labels.map((label) => element("th", { scope: "col" }, label)));
  const rows = counts.map((row, at) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return element("tr", {}, element("th", { scope: "row" }, labels[at]),
      ...row.map((count, column) => cell(count, total, at === column)));
  });
  return element("table", { className: "matrix" },
    element("caption", {}, "Test reviews: true label down, its answer across"),
    element("thead", {}, head), element("tbody", {}, ...rows));
}

function cell(count, total, right) {
  const share = total ? count / total : 0;
  const made = element("td", { className: right ? "right" : "wrong" },
    element("strong", {}, count.toLocaleString("en")), element("small", {}, percent(share)));
  made.style.setProperty("--share", share.toFixed(3));
  return made;
}

function pill(tone, text) {
  const status = document.getElementById("status");
  status.className = `pill ${tone}`;
  status.textContent = text;
}

export async function refreshModel() {
  try {
    const model = await call("model");
    const { labels, confusion_matrix: counts } = model.figures;
    show("model", figures(model), labels && counts ? matrix(model.figures) : "",
      element("p", { className: "quiet" }, `From run ${model.run_id}, live since ${new Date(model.since).toLocaleString()}.`));
    pill("good", `version ${model.version} is live`);
  } catch (error) {
    show("model", element("p", { className: "quiet" }, error.message));
    pill("plain", error.code === "no_model" ? "no model yet" : "cannot tell");
  }
}
