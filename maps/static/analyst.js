"use strict";
// The analyst's map: lines by class for a layer and an hour, the table that says the same, exports of what is seen.
// Words and colours come from the page (#analyst-data); every value is put in by textContent, never as markup.

(function () {
  const given = JSON.parse(document.getElementById("analyst-data").textContent);
  const box = document.getElementById("map");
  const status = document.getElementById("status");
  const locale = given.language === "fr" ? "fr" : "en"; // Arabic keeps Latin digits: they are read over the radio
  let layer = given.layer;
  let hour = given.hour;
  let corridor = given.corridor;
  let place = null;
  let values = given.values ?? null;
  let asked = 0;
  const least = 0.001; // smaller values are next to nothing
  const perHour = new Map();

  function element(tag, content, attributes = {}) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (content !== undefined) node.textContent = content;
    return node;
  }

  function figure(value, digits = 2) {
    if (value === null || value === undefined) return given.words.unknown;
    if (value !== 0 && Math.abs(value) < least) return `< ${least.toLocaleString(locale, { minimumFractionDigits: 3 })}`;
    return value.toLocaleString(locale, { maximumSignificantDigits: digits });
  }

  function told(name, row) {
    const held = values[name];
    const value = held.values[row];
    if (value === null || !given.layers[name].interval || value < least) return figure(value);
    return given.words.about.replace("{value}", figure(value))
      .replace("{low}", figure(value * held.low[row], 1)).replace("{high}", figure(value * held.high[row], 1));
  }

  const classOf = (name, row) => {
    const sign = values[name].classes[row];
    return sign === "-" ? -1 : parseInt(sign, 36);
  };
  const known = (name, row) => {
    const found = classOf(name, row);
    return !given.layers[name].interval || found < 0 ? "" : given.words.widths[Math.floor(found / given.weights.length)];
  };

  // the map
  box.replaceChildren();
  const map = L.map(box, { preferCanvas: true, minZoom: 3, maxZoom: 12, zoomSnap: 0.25, attributionControl: true });
  map.attributionControl.setPrefix("Leaflet").addAttribution("Natural Earth");
  const ground = JSON.parse(document.body.dataset.ground || "[]");
  for (const tiles of ground) {
    const whose = document.createElement("span");
    whose.textContent = tiles.attribution;
    L.tileLayer(tiles.address, { attribution: whose.outerHTML, opacity: tiles.opacity, maxZoom: 12 }).addTo(map);
  }
  const canvas = L.canvas({ padding: 0.3, tolerance: 5 });
  const names = L.layerGroup().addTo(map);
  let lines = null;
  let drawn = [];

  function unpacked(steps) {
    const points = [];
    let [lon, lat] = [0, 0];
    for (let at = 0; at < steps.length; at += 2) {
      lon += steps[at]; lat += steps[at + 1];
      points.push([lat / lines.perDegree, lon / lines.perDegree]);
    }
    return points;
  }

  const stretch = (row) => `${lines.legs[lines.leg[row]]}, ` +
    given.words.km.replace("{first}", lines.km[row][0]).replace("{last}", lines.km[row][1]);

  function draw() {
    L.polygon(lines.land.map((ring) => [ring.map(([lon, lat]) => [lat, lon])]), { renderer: canvas,
      color: "#9a9488", weight: 0.8, fillColor: given.ground, fillOpacity: ground.length ? 0 : 1, interactive: false }).addTo(map);
    drawn = lines.lines.map((steps, row) => {
      const line = L.polyline(unpacked(steps), { renderer: canvas, weight: 1 });
      line.on("click", () => explain(row));
      return line.addTo(map);
    });
  }

  function style() {
    const { palette, diverging } = given.layers[layer];
    const steps = given.weights.length;
    drawn.forEach((line, row) => {
      const found = classOf(layer, row);
      const out = corridor && lines.corridors[lines.corridor[row]] !== corridor;
      const weight = found < 0 ? 1.2 : diverging ? 2.5 : given.weights[found % steps];
      line.setStyle({ color: found < 0 ? given.unknown : palette[found], weight: out ? 0.8 : weight,
        opacity: out ? 0.25 : 1, dashArray: found < 0 ? "3 4" : null });
    });
    // the worst lie on top
    const order = drawn.map((_, row) => row).filter((row) => classOf(layer, row) % steps === steps - 1);
    if (!diverging) order.forEach((row) => drawn[row].bringToFront());
  }

  function fit() {
    const bounds = L.latLngBounds(corridor ? [] : given.belt);
    drawn.forEach((line, row) => {
      if (corridor && lines.corridors[lines.corridor[row]] === corridor) bounds.extend(line.getBounds());
    });
    map.fitBounds(bounds, { padding: [10, 10], animate: false });
  }

  function label() {
    names.clearLayers();
    const zoom = map.getZoom();
    const seen = map.getBounds();
    const taken = [];
    for (const [lon, lat, name, from] of lines.towns) {
      if (zoom < from || !seen.contains([lat, lon])) continue;
      const at = map.latLngToContainerPoint([lat, lon]);
      if (taken.some((other) => Math.abs(other.x - at.x) < 90 && Math.abs(other.y - at.y) < 18)) continue;
      taken.push(at);
      L.circleMarker([lat, lon], { renderer: canvas, radius: 2.5, color: "#1a1a1a", weight: 1, fillColor: "#1a1a1a",
        fillOpacity: 1, interactive: false })
        .bindTooltip(element("span", name), { permanent: true, direction: "right", className: "place-name", offset: [3, 0] })
        .addTo(names);
    }
  }

  // the table
  function rows() {
    const { diverging, lowIsBad } = given.layers[layer];
    const held = values[layer].values;
    const worth = (row) => diverging ? Math.abs(Math.log(Math.max(held[row], 1e-9))) : lowIsBad ? -held[row] : held[row];
    const bounds = map.getBounds();
    const inSight = document.getElementById("in-sight")?.checked;
    return lines.ids.map((_, row) => row)
      .filter((row) => held[row] !== null && (!corridor || lines.corridors[lines.corridor[row]] === corridor))
      .filter((row) => !inSight || bounds.intersects(drawn[row].getBounds()))
      .sort((a, b) => worth(b) - worth(a) || (lines.ids[a] < lines.ids[b] ? -1 : 1)).slice(0, 20);
  }

  function tabulate() {
    const body = document.querySelector("#worst tbody");
    body.replaceChildren(...rows().map((row) => {
      const line = element("tr");
      const head = element("th", undefined, { scope: "row" });
      const opener = given.segment ? element("a", stretch(row), { href: address(given.segment, row) })
        : element("button", stretch(row), { type: "button" });
      opener.addEventListener("click", (event) => { event.preventDefault(); explain(row, true); });
      head.append(opener);
      const value = element("td", undefined, { class: "n" });
      value.append(element("bdi", told(layer, row), { dir: "ltr" }));
      line.append(head, value, element("td", known(layer, row)));
      return line;
    }));
    document.querySelector("#worst caption").textContent =
      `${given.layers[layer].title}${given.layers[layer].unit ? ` (${given.layers[layer].unit})` : ""}`;
  }

  // one segment
  function address(base, row) {
    return `${base}&${new URLSearchParams({ id: lines.ids[row], hour })}`;
  }

  async function explain(row, focus) {
    place = row;
    const panel = document.getElementById("why");
    const list = element("dl", undefined, { class: "told" });
    for (const [name, about] of Object.entries(given.layers)) {
      if (!values[name] || values[name].values[row] === null) continue;
      const value = element("dd");
      value.append(element("bdi", told(name, row), { dir: "ltr" }), ` ${about.unit}`);
      list.append(element("dt", about.title), value);
    }
    panel.replaceChildren(element("h2", stretch(row), { tabindex: "-1" }), list);
    panel.hidden = false;
    drawn[row].bringToFront();
    if (focus) { map.panTo(drawn[row].getCenter(), { animate: false }); panel.querySelector("h2").focus(); }
    if (!given.segment) { const why = given.why?.[row]; if (why) list.before(element("p", why)); return; }
    const answer = await fetch(address(given.segment, row), { headers: { Accept: "text/html" } }).catch(() => null);
    if (place !== row) return;
    if (!answer?.ok) { say(given.words.failed); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("explanation");
    if (!found) return;
    list.remove(); // the heading stays where it is: it may have the focus
    panel.append(...document.importNode(found, true).childNodes);
  }

  // what is chosen
  const say = (words) => { status.textContent = words; };

  function links() {
    const seen = map.getBounds();
    const box = [Math.max(seen.getWest(), -180), Math.max(seen.getSouth(), -90), Math.min(seen.getEast(), 180),
      Math.min(seen.getNorth(), 90)].map((edge) => edge.toFixed(3)).join(",");
    for (const link of document.querySelectorAll("a[data-export]")) {
      const to = new URL(link.href);
      for (const [name, value] of Object.entries({ layer, hour, corridor, bbox: box })) {
        if (value === "") to.searchParams.delete(name); else to.searchParams.set(name, value);
      }
      link.href = to.href;
    }
  }

  function refresh() {
    if (!lines || !values) return;
    if (!values[layer]) layer = "risk";
    style();
    tabulate();
    links();
    for (const legend of document.querySelectorAll("[data-legend]")) legend.hidden = legend.dataset.legend !== layer;
    document.documentElement.dataset.ready = `${layer} ${hour}`;
  }

  async function load() {
    const mine = ++asked;
    const wanted = String(hour);
    if (!perHour.has(wanted)) {
      if (given.hours) {
        perHour.set(wanted, { layers: { ...given.values, ...given.hours[wanted].layers }, effect: given.hours[wanted].effect });
      } else {
        say(given.words.loading);
        const answer = await fetch(`${given.valuesAt}&${new URLSearchParams({ hour: wanted })}`).catch(() => null);
        if (!answer?.ok) { if (mine === asked) say(given.words.failed); return; }
        perHour.set(wanted, await answer.json());
      }
    }
    if (mine !== asked) return;
    say("");
    const held = perHour.get(wanted);
    values = held.layers;
    document.getElementById("effect").textContent = held.effect;
    refresh();
  }

  function listen() {
    const slider = document.getElementById("hour");
    const shown = document.getElementById("hour-shown");
    const read = () => given.hourSteps ? given.hourSteps[Number(slider.value)] : Number(slider.value);
    let later = 0;
    slider.addEventListener("input", () => {
      hour = read();
      shown.textContent = given.words.hour.replace("{hour}", hour);
      slider.setAttribute("aria-valuetext", shown.textContent);
      clearTimeout(later);
      later = setTimeout(load, given.hours ? 0 : 200);
    });
    for (const radio of document.querySelectorAll('input[name="layer"]')) {
      radio.addEventListener("change", () => { layer = radio.value; refresh(); });
    }
    document.getElementById("corridor").addEventListener("change", (event) => {
      corridor = event.target.value;
      fit();
      refresh();
    });
    document.getElementById("in-sight")?.addEventListener("change", tabulate);
    let moved = 0;
    map.on("moveend", () => {
      label();
      clearTimeout(moved);
      moved = setTimeout(() => { links(); if (document.getElementById("in-sight")?.checked) tabulate(); }, 150);
    });
  }

  async function start() {
    if (given.lines.perDegree) lines = given.lines;
    else {
      say(given.words.loading);
      const answer = await fetch(given.lines).catch(() => null);
      if (!answer?.ok) { say(given.words.failed); return; }
      lines = await answer.json();
    }
    map.setView([22, 12], 4);
    draw();
    fit();
    label();
    listen();
    await load();
  }

  start();
})();
