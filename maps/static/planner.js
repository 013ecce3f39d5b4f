"use strict";
// Small help for pages that work without it: progress, a part that comes later, hours that count down, colours.

for (const node of document.querySelectorAll("[data-job]")) {
  const bar = node.querySelector("progress");
  const told = node.querySelector("output");
  const lost = node.querySelector("[data-lost]");
  const look = async () => {
    try {
      const answer = await fetch(node.dataset.job, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const job = await answer.json();
      lost.hidden = true;
      bar.value = job.progress;
      told.textContent = `${job.progress} %`;
      if (!["accepted", "running"].includes(job.status)) { location.reload(); return; }
    } catch { lost.hidden = false; }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}

for (const node of document.querySelectorAll("[data-load]")) {
  fetch(node.dataset.load, { credentials: "same-origin" }).then(async (answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.getElementById(node.id);
    node.replaceWith(document.importNode(part, true));
    const more = document.querySelector("script.map-more");
    if (more && planner.maps.length) planner.maps[0].add(JSON.parse(more.textContent));
  }).catch(() => {
    const link = document.createElement("a");
    link.href = node.dataset.load;
    link.textContent = node.querySelector("h2").textContent;
    node.querySelector("[role=status]").replaceChildren(link);
  });
}

for (const form of document.querySelectorAll("form[data-send]")) {
  const told = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.querySelector("input[type=file]").files[0];
    const fields = new FormData(form);
    const query = new URLSearchParams({ lang: document.documentElement.lang });
    for (const name of ["asset_id", "by"]) if (fields.get(name)) query.set(name, fields.get(name));
    told.textContent = form.dataset.waiting;
    try {
      const answer = await fetch(`${form.dataset.send}?${query}`, { method: "POST", body: file, credentials: "same-origin",
        headers: { "Content-Type": "application/gpx+xml", "X-Guelta-Token": fields.get("csrf") || "" } });
      if (answer.ok) { location.reload(); return; }
      told.textContent = (await answer.json()).faults.join("; ");
    } catch { told.textContent = form.dataset.lost; }
    told.focus();
  });
}

function countDown() {
  for (const node of document.querySelectorAll("[data-until]")) {
    const hours = (new Date(node.dataset.until) - Date.now()) / 3.6e6;
    const shown = hours < 1 ? "< 1" : String(Math.floor(hours));
    node.textContent = hours <= 0 ? node.dataset.already : node.dataset.in.replace("{hours}", shown);
  }
}
countDown();
setInterval(countDown, 30000);

for (const node of document.querySelectorAll("[data-colour]")) node.style.borderInlineStartColor = node.dataset.colour;

const faults = document.getElementById("faults");
if (faults) faults.focus();
