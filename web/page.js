// Puts the page together and keeps it fresh while somebody looks at it.

import { refreshModel } from "./model.js";
import { startForm } from "./prediction.js";
import { refreshRuns } from "./runs.js";

const BUSY_SECONDS = 3;
const QUIET_SECONDS = 30;

function showCurl() {
  const address = new URL("predict", document.baseURI);
  const body = `'{"text": "This movie was absolutely fantastic!"}'`;
  const command = `curl -s ${address} \\\n  -H 'Content-Type: application/json' \\\n  -d ${body}`;
  document.getElementById("curl").textContent = command;
  const button = document.getElementById("copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(command);
    button.textContent = "Copied";
  });
}

async function keepFresh() {
  let busy = false;
  if (!document.hidden) {
    [busy] = await Promise.all([refreshRuns(), refreshModel()]);
  }
  setTimeout(keepFresh, (busy ? BUSY_SECONDS : QUIET_SECONDS) * 1000);
}

showCurl();
startForm();
keepFresh();
