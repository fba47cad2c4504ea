// The model page: the epochs of a running retrain, as they come.

import { ask, sleep } from "./page.js";

const box = document.getElementById("retrain");
const find = (selector) => box.querySelector(selector);
const percent = (share) => `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;

function showRows(epochs) {
  const rows = epochs.map((e) => {
    const row = document.createElement("tr");
    for (const text of [e.epoch, e.loss.toFixed(4), percent(e.accuracy), e.val_loss.toFixed(4), percent(e.val_accuracy)]) {
      const cell = row.insertCell();
      cell.className = "number";
      cell.textContent = text;
    }
    return row;
  });
  find("[data-rows]").replaceChildren(...rows.reverse());
}

/** A line of the validation accuracy, from its lowest to its highest. */
function showChart(epochs, nEpochs) {
  const values = epochs.map((e) => e.val_accuracy);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const points = values.map((v, i) => `${4 + (292 * i) / Math.max(nEpochs - 1, 1)},${82 - (74 * (v - low)) / (high - low || 1)}`);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.join(" "));
  find("[data-chart]").replaceChildren(line);
}

async function watch(url) {
  for (;;) {
    try {
      const retrain = await ask(url);
      find("[data-state]").textContent = retrain.state;
      find("[data-epochs]").textContent = retrain.epochs.length;
      if (retrain.epochs.length) {
        showRows(retrain.epochs);
        showChart(retrain.epochs, retrain.recipe.epochs);
      }
      if (!["waiting", "running"].includes(retrain.state)) return location.reload();
    } catch {
      // the server may be restarting: the next question finds it
    }
    await sleep(document.hidden ? 5000 : 1000);
  }
}

if (box.dataset.watch) watch(box.dataset.watch);
