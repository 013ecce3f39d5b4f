"use strict";
// Draws what the page carries in GUELTA: segments by class, water, incidents, places and the plan.
// Every text shown comes from GUELTA.messages[language]; every value is put in by textContent, never as markup.

function gueltaPage(map, data) {
  let language = data.language;
  let layer = data.layers[0].name;
  let folded = window.innerWidth < 800;
  let choosing = !data.plan.length;
  const canvas = L.canvas({ padding: 0.3, tolerance: 4 });
  const text = (key) => data.messages[language][key] ?? key;
  const number = (value, digits) => value.toLocaleString(language === "fr" ? "fr" : "en", {
    minimumFractionDigits: digits, maximumFractionDigits: digits });
  const significant = (value) => value.toLocaleString(language === "fr" ? "fr" : "en", { maximumSignificantDigits: 2 });

  function element(tag, content, attributes = {}) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (content !== undefined) node.textContent = content;
    return node;
  }

  function rows(title, pairs) {
    const box = element("div");
    box.dir = language === "ar" ? "rtl" : "ltr";
    box.append(element("strong", title));
    const table = element("table");
    for (const [name, value] of pairs) {
      const line = element("tr");
      line.append(element("td", name), element("td", value));
      table.append(line);
    }
    box.append(table);
    return box;
  }

  // basemap
  const land = L.polygon(data.basemap.map((ring) => [ring.map(([lon, lat]) => [lat, lon])]), {
    renderer: canvas, color: "#9a9488", weight: 0.8, fillColor: "#f7f3ea", fillOpacity: 1, interactive: false });
  land.addTo(map);

  // rivers, lakes and what only looks like them, below the routes; closed ground above
  const turned = (points) => points.map(([lon, lat]) => [lat, lon]);
  const rivers = L.layerGroup(data.shapes.map((shape) => {
    const dry = shape.kind === "salt_lake" || shape.kind === "playa";
    const look = { renderer: canvas, weight: shape.ring ? 1 : 1.6, color: dry ? "#b9a98a" : "#4a90c2",
      fillColor: dry ? "#e8dcc0" : "#a9cfe8", fillOpacity: 0.8, dashArray: dry || shape.state === "seasonal" ? "4 3" : null };
    const drawn = shape.ring ? L.polygon(turned(shape.points), look) : L.polyline(turned(shape.points), look);
    return drawn.bindPopup(() => rows(shape.names[language], [
      [text("kind"), text(dry ? "salt lake or playa: no water" : shape.kind)],
      ...(dry ? [] : [[text("state"), text(shape.state)]])]));
  }));
  const closed = L.layerGroup(data.closed.map((area) => L.polygon(turned(area.points), { renderer: canvas, weight: 1.5,
    color: "#000", dashArray: "2 4", fillColor: "#000", fillOpacity: 0.18 })
    .bindPopup(() => rows(text("closed area"), [[text("kind"), text(area.kind)], [text("place"), area.name]]))));

  // segments; a segment's values stand in the order of data.columns
  const at = Object.fromEntries(data.columns.map((name, i) => [name, i]));
  const classOf = (value, breaks) => value === null ? -1 : breaks.filter((edge) => value >= edge).length;
  const shade = (shown, rank) => rank >= 0 && shown.lowIsBad ? data.ramp.length - 1 - rank : rank;
  const segments = L.layerGroup();
  const lines = data.segments.map((segment) => {
    const points = [];
    let [lon, lat] = [0, 0];
    for (let i = 0; i < segment.p.length; i += 2) {
      lon += segment.p[i]; lat += segment.p[i + 1];
      points.push([lat / 1e4, lon / 1e4]);
    }
    const line = L.polyline(points, { renderer: canvas });
    line.bindPopup(() => segmentBox(segment));
    segments.addLayer(line);
    return [line, segment];
  });

  function style() {
    const shown = data.layers.find((each) => each.name === layer);
    for (const [line, segment] of lines) {
      const value = segment.v ? segment.v[at[shown.column]] : null;
      const rank = shade(shown, classOf(value, shown.breaks));
      line.setStyle(rank < 0 ? { color: "#7d8b99", weight: 1.2, dashArray: "3 4" }
        : { color: data.ramp[rank], weight: 1.4 + rank * 0.7, dashArray: null });
    }
  }

  function legName(leg) {
    const [from, to] = data.legs[leg];
    return `${data.places[from].names[language]} – ${data.places[to].names[language]}`;
  }

  function segmentBox(segment) {
    const title = `${legName(segment.l)}, km ${number(segment.k[0], 0)}–${number(segment.k[1], 0)}`;
    if (!segment.v) return rows(title, [[text("risk"), text("not assessed")]]);
    const v = segment.v;
    return rows(title, [
      ...data.layers.filter((each) => v[at[each.column]] !== null).map((each, i) => [text(each.name), `${significant(v[at[each.column]])} ${text(each.unit)}` +
        (i === 0 ? ` (${significant(v[at[data.interval[0]]])}–${significant(v[at[data.interval[1]]])})` : "")]),
      // near the typical segment there is next to nothing to share, and shares of nothing mislead
      ...(Math.abs(v[at.log_ratio]) < 0.2 ? [] : data.shares)
        .filter(([, column]) => v[at[column]] !== null).map(([name, column]) => [text("share " + name), `${number(v[at[column]] * 100, 0)} %`]),
    ]);
  }

  // points
  const water = L.layerGroup(data.water.map((point) => {
    const [lon, lat] = point.at;
    const sure = point.probability >= 0.5;
    const marker = L.circleMarker([lat, lon], { renderer: canvas, radius: 5, weight: 2, color: "#08519c",
      fillColor: sure ? "#2b8cbe" : "#fff", fillOpacity: 1 });
    return marker.bindPopup(() => rows(point.names[language], [
      [text("kind"), text(point.kind)], [text("state"), text(point.reliability)],
      [text("probability of water"), `${number(point.probability * 100, 0)} %`],
      [text("last verified"), point.verified || text("not known")],
      [text("position good to"), `${number(point.precision, 0)} km`]]));
  }));
  const incidents = L.layerGroup(data.incidents.map((incident) => {
    const [lon, lat] = incident.at;
    const marker = L.circleMarker([lat, lon], { renderer: canvas, radius: 4, weight: 1.5, color: "#3d0a4e",
      fillColor: "#9e6ebd", fillOpacity: 0.7 });
    const count = (value) => value === null ? text("not reported") : number(value, 0);
    return marker.bindPopup(() => rows(`${text("incident")} ${incident.date}`, [
      [text("cause"), text(incident.cause)], [text("dead"), count(incident.dead)],
      [text("missing"), count(incident.missing)], [text("survivors"), count(incident.survivors)],
      [text("position good to"), `${number(incident.precision, 0)} km`], [text("source"), incident.source]]));
  }));

  const names = L.layerGroup();
  function drawNames() {
    names.clearLayers();
    const zoom = map.getZoom();
    const bounds = map.getBounds().pad(0.1);
    for (const place of Object.values(data.places)) {
      const [lon, lat] = place.at;
      if (zoom < place.zoom || !bounds.contains([lat, lon])) continue;
      const dot = L.circleMarker([lat, lon], { renderer: canvas, radius: place.base ? 6 : 2.5, weight: 1.5,
        color: "#1c1c1c", fillColor: place.base ? "#ffd92f" : "#fff", fillOpacity: 1, interactive: false });
      dot.bindTooltip(element("span", place.names[language], { dir: "auto" }), { permanent: true, direction: "right",
        className: "place-name" + (place.base ? " base" : ""), offset: [5, 0] });
      names.addLayer(dot);
    }
  }

  // plan: a stop's mark has its convoy's colour and the numbers of all legs that end there
  function stopMark(label, colour) {
    const mark = element("b", label);
    mark.style.background = colour;
    return mark;
  }
  const plans = data.plan.map((convoy) => {
    const group = L.layerGroup();
    const points = convoy.points.map(([lon, lat]) => [lat, lon]);
    if (points.length) {
      L.polyline(points, { renderer: canvas, color: "#fff", weight: 9, opacity: 0.9, interactive: false }).addTo(group);
      L.polyline(points, { renderer: canvas, color: convoy.colour, weight: 5, dashArray: convoy.dash }).addTo(group)
        .bindPopup(() => rows(convoy.titles[language], []));
    }
    convoy.stops.forEach(({ at, label }) => L.marker([at[1], at[0]], { keyboard: false, interactive: false,
      icon: L.divIcon({ className: "stop", html: stopMark(label, convoy.colour), iconSize: null }) }).addTo(group));
    return group;
  });

  // legend and switches
  const legend = L.control({ position: "bottomleft" });
  legend.onAdd = () => L.DomUtil.create("div", "legend");
  legend.addTo(map);
  const box = legend.getContainer();
  L.DomEvent.disableClickPropagation(box);
  L.DomEvent.disableScrollPropagation(box);

  function choice(kind, name, label, checked, onChange, swatch) {
    const line = element("label");
    const input = element("input", undefined, { type: kind, name });
    input.checked = checked;
    input.addEventListener("change", () => onChange(input.checked));
    line.append(input, " ");
    if (swatch) line.append(swatch);
    line.append(label);
    return line;
  }

  function swatch(css) { const mark = element("i"); mark.style.cssText = css; return mark; }

  function drawLegend() {
    box.textContent = "";
    box.classList.toggle("folded", folded);
    const fold = element("button", folded ? "☰" : "×", { type: "button", "aria-expanded": String(!folded), "aria-label": text("show") });
    fold.addEventListener("click", () => { folded = !folded; drawLegend(); });
    box.append(fold);
    if (folded) return;
    box.dir = language === "ar" ? "rtl" : "ltr";
    const kinds = element("details");
    kinds.open = choosing;
    kinds.addEventListener("toggle", () => { choosing = kinds.open; });
    kinds.append(element("summary", text("colour of the routes")));
    for (const each of data.layers) {
      kinds.append(choice("radio", "layer", text(each.name), each.name === layer, () => { layer = each.name; style(); drawLegend(); }));
    }
    const shown = data.layers.find((each) => each.name === layer);
    const ramp = element("fieldset");
    ramp.append(element("legend", `${text(shown.name)} (${text(shown.unit)})`));
    data.ramp.forEach((_, rank) => {
      const tone = shade(shown, rank);
      const [low, high] = [shown.breaks[rank - 1], shown.breaks[rank]];
      const range = low === undefined ? `< ${significant(high)}` : high === undefined ? `≥ ${significant(low)}`
        : `${significant(low)} – ${significant(high)}`;
      const line = element("label");
      line.append(swatch(`background:${data.ramp[tone]};height:${3 + tone * 2}px`), element("bdi", range, { dir: "ltr" }));
      ramp.append(line);
    });
    const none = element("label");
    none.append(swatch("border-top:2px dashed #7d8b99;height:0"), text("not assessed"));
    ramp.append(none);
    const toggles = element("fieldset");
    toggles.append(element("legend", text("show")));
    const toggle = (group, label, mark) => toggles.append(choice("checkbox", "show", label, map.hasLayer(group),
      (on) => on ? group.addTo(map) : group.remove(), mark));
    data.plan.forEach((convoy, i) => toggle(plans[i], convoy.titles[language], swatch(`background:${convoy.colour};height:5px`)));
    toggle(rivers, text("rivers and lakes"), swatch("background:#4a90c2;height:2px"));
    toggle(closed, text("closed area"), swatch("border:1px dashed #000;background:rgba(0,0,0,.18);width:.8rem;height:.6rem"));
    toggle(water, text("water points (hollow: doubtful)"), swatch("border:2px solid #08519c;background:#2b8cbe;width:.6rem;height:.6rem;border-radius:50%"));
    toggle(incidents, text("documented incidents"), swatch("border:2px solid #3d0a4e;background:#9e6ebd;width:.6rem;height:.6rem;border-radius:50%"));
    box.append(kinds, ramp, toggles);
  }

  function setLanguage(chosen) {
    language = chosen;
    document.documentElement.lang = chosen;
    document.documentElement.dir = chosen === "ar" ? "rtl" : "ltr";
    document.title = data.titles[chosen];
    for (const part of document.querySelectorAll("#panel section[lang]")) part.hidden = part.lang !== chosen;
    for (const button of document.querySelectorAll(".languages button")) {
      button.setAttribute("aria-pressed", String(button.lang === chosen));
    }
    map.closePopup();
    drawLegend();
    drawNames();
  }

  rivers.addTo(map);
  closed.addTo(map);
  segments.addTo(map);
  water.addTo(map);
  if (!data.plan.length) incidents.addTo(map);
  names.addTo(map);
  plans.forEach((group) => group.addTo(map));
  style();
  map.on("moveend", drawNames);
  for (const button of document.querySelectorAll(".languages button")) {
    button.addEventListener("click", () => setLanguage(button.lang));
  }
  map.attributionControl.setPrefix("Leaflet").addAttribution("Natural Earth");
  map.invalidateSize();
  // the legend covers the lower left corner: keep what matters out of it
  map.fitBounds(data.view.map(([lon, lat]) => [lat, lon]), { paddingTopLeft: [folded ? 0 : 250, 0] });
  setLanguage(language);
}
