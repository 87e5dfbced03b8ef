// The runs: a table of them all, and the timeline of one.

import { call, duration, element, fileName, percent, show } from "./api.js";

const PATH = ["RECEIVED", "PREPARING", "TRAINING", "JUDGING", "RELEASING", "LIVE"];
const TONES = { LIVE: "good", REJECTED: "warn", FAILED: "bad" };

let chosen = null;

export const ended = (run) => run.stage in TONES;

const stagePill = (stage) => element("span", { className: `pill ${TONES[stage] ?? "busy"}` }, stage.toLowerCase());

function row(run) {
  const open = element("button", { type: "button", className: "link" }, fileName(run.file));
  open.addEventListener("click", () => choose(run.run_id));
  return element("tr", run.run_id === chosen ? { "aria-current": "true" } : {},
    element("td", {}, open, element("small", {}, run.run_id)),
    element("td", {}, stagePill(run.stage)),
    element("td", { className: "number" }, run.accuracy === null ? "–" : percent(run.accuracy)),
    element("td", { className: "number" }, duration(end(run) - new Date(run.created_at))),
    element("td", {}, new Date(run.created_at).toLocaleString()));
}

const end = (run) => (ended(run) ? new Date(run.updated_at) : Date.now());

function table(runs) {
  const names = ["upload", "stage", "accuracy", "took", "received"];
  return element("div", { className: "scroll", tabindex: "0", role: "region", "aria-labelledby": "runs-title" },
    element("table", { className: "runs" },
      element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...runs.map(row))));
}

// An attempt begins anew at RECEIVED; the timeline is that of the last one.
function lastAttempt(history) {
  return history.slice(history.findLastIndex(({ stage }) => stage === "RECEIVED"));
}

function step(change, next, run) {
  const until = next ? new Date(next.at) : end(run);
  const took = change.stage in TONES ? "" : duration(until - new Date(change.at));
  const tone = change.stage in TONES ? TONES[change.stage] : next ? "done" : "busy";
  return element("li", { className: tone },
    element("span", { className: "stage" }, change.stage.toLowerCase()),
    element("span", { className: "number" }, took),
    element("small", {}, change.cause));
}

function ahead(run, seen) {
  const missing = ended(run) ? [] : PATH.filter((stage) => !seen.has(stage));
  return missing.map((stage) => element("li", { className: "ahead" }, element("span", { className: "stage" }, stage.toLowerCase())));
}

function timeline(run) {
  const changes = lastAttempt(run.history);
  const steps = changes.map((change, at) => step(change, changes[at + 1], run));
  const rest = ahead(run, new Set(changes.map(({ stage }) => stage)));
  return [
    element("p", { className: "file" }, fileName(run.file), " ", stagePill(run.stage)),
    element("ol", { className: "timeline" }, ...steps, ...rest),
    run.reason ? element("p", { className: run.stage === "LIVE" ? "quiet" : "trouble" }, run.reason) : "",
  ];
}

async function choose(runId) {
  chosen = runId;
  document.getElementById("timeline-title").textContent = "Run";
  await refreshRuns();
  document.getElementById("timeline-title").scrollIntoView({ block: "nearest" });
}

// Returns whether something is under way, so that the page knows how soon to look again.
export async function refreshRuns() {
  try {
    const { runs } = await call("runs");
    if (!runs.length) {
      show("runs", element("p", { className: "quiet" }, "None yet. Drop a CSV under raw/ in the raw bucket, or run `marquee upload FILE`."));
      show("timeline", element("p", { className: "quiet" }, "It appears here as soon as a file is dropped."));
      return false;
    }
    show("runs", table(runs));
    show("timeline", ...timeline(await call(`runs/${encodeURIComponent(chosen ?? runs[0].run_id)}`)));
    return runs.some((run) => !ended(run));
  } catch (error) {
    for (const place of ["runs", "timeline"]) show(place, element("p", { className: "trouble" }, error.message));
    return false;
  }
}
