"use strict";
// Draws the maps of the planner's pages from what lies in script.map-data. Words are put in by textContent, never as markup.

const planner = { maps: [], stopDrawing: null };

planner.map = function (box, data) {
  const canvas = L.canvas({ padding: 0.3, tolerance: 6 });
  const turned = (points) => points.map(([lon, lat]) => [lat, lon]);
  const map = L.map(box, { zoomControl: false, minZoom: 3, maxZoom: 14, keyboard: true });
  L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
  map.attributionControl.setPrefix(false).addAttribution("Natural Earth");
  const ground = JSON.parse(document.body.dataset.ground || "[]");
  for (const tiles of ground) {
    L.tileLayer(tiles.address, { attribution: words(tiles.attribution).outerHTML, opacity: tiles.opacity, maxZoom: 14 }).addTo(map);
  }
  // land lies below everything else, whenever it comes
  map.createPane("land").style.zIndex = 150;
  map.createPane("network").style.zIndex = 250;
  map.fitBounds(turned(data.view));

  function words(text) {
    const node = document.createElement("span");
    node.dir = "auto";
    node.textContent = text;
    return node;
  }

  function draw(shape) {
    if (shape.type === "area") {
      return L.polygon(shape.rings.map((part) => part.map(turned)), { renderer: canvas, stroke: false,
        fillColor: shape.colour, fillOpacity: 0.55 });
    }
    if (shape.type === "line") {
      return L.polyline(turned(shape.points), { renderer: canvas, color: shape.colour, weight: shape.weight,
        dashArray: shape.dash });
    }
    const [lon, lat] = shape.at;
    if (shape.type === "well") {
      return L.circleMarker([lat, lon], { renderer: canvas, radius: 5, weight: 2, color: "#08519c",
        fillColor: shape.sure ? "#2b8cbe" : "#fff", fillOpacity: 1 });
    }
    const sign = document.createElement("span");
    sign.className = "sign";
    sign.style.cssText = `width:24px;height:24px;background:${shape.colour}`;
    sign.textContent = shape.sign;
    return L.marker([lat, lon], { keyboard: false, icon: L.divIcon({ className: "", html: sign, iconSize: [24, 24] }) });
  }

  const add = (shapes) => shapes.forEach((shape) => draw(shape).bindPopup(() => words(shape.label)).addTo(map));
  add(data.shapes);

  const names = L.layerGroup().addTo(map);
  function drawNames() {
    names.clearLayers();
    const bounds = map.getBounds().pad(0.1);
    for (const place of data.places) {
      const [lon, lat] = place.at;
      if (map.getZoom() < place.zoom || !bounds.contains([lat, lon])) continue;
      const dot = L.circleMarker([lat, lon], { renderer: canvas, radius: place.base ? 6 : 2.5, weight: 1.5,
        color: "#1c1c1c", fillColor: place.base ? "#ffd92f" : "#fff", fillOpacity: 1, interactive: false });
      dot.bindTooltip(words(place.name), { permanent: true, direction: "right", offset: [5, 0],
        className: "place-name" + (place.base ? " base" : "") }).addTo(names);
    }
  }
  map.on("moveend", drawNames);
  drawNames();

  function land(rings) {
    L.polygon(rings.map((ring) => [turned(ring)]), { renderer: L.canvas({ pane: "land", padding: 0.3 }), pane: "land",
      color: "#9a9488", weight: 0.8, fillColor: "#f7f3ea", fillOpacity: 1, interactive: false }).addTo(map);
  }

  function choice(id, field, text) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      const held = field.value.split(/[\s,]+/).filter(Boolean);
      if (!held.includes(id)) field.value = [...held, id].join(" ");
      map.closePopup();
      field.focus();
    });
    return button;
  }

  function picked(id) {
    const node = document.createElement("div");
    const name = document.createElement("strong");
    name.dir = "ltr";
    name.textContent = id;
    node.append(name, document.createElement("br"));
    const drop = document.querySelector("#drop_more, [data-pick]");
    const add = document.querySelector("#add_more");
    if (drop) node.append(choice(id, drop, box.dataset.close));
    if (add) node.append(choice(id, add, box.dataset.require));
    return node;
  }

  function network(told) {
    const below = L.canvas({ pane: "network", padding: 0.3, tolerance: 6 });
    for (const leg of Object.values(told.legs)) {
      const look = { renderer: below, pane: "network", weight: leg.mode === "paved" ? 2 : 1.4,
        color: leg.mode === "sea" ? "#8fb3cc" : "#857b6b", dashArray: leg.mode === "desert" ? "3 4" : null };
      for (const [id, steps] of leg.segments) {
        const points = [];
        let [lon, lat] = [0, 0];
        for (let i = 0; i < steps.length; i += 2) {
          lon += steps[i]; lat += steps[i + 1];
          points.push([lat * told.step_deg, lon * told.step_deg]);
        }
        L.polyline(points, look).bindPopup(() => picked(id)).addTo(map);
      }
    }
  }

  const get = (address, then) => fetch(address, { credentials: "same-origin" })
    .then((answer) => answer.ok ? answer.json().then(then) : undefined).catch(() => undefined);
  get(box.dataset.basemap, land).then(() => get(box.dataset.network, network)).then(() => { box.dataset.drawn = "1"; });
  return { map, add };
};

document.querySelectorAll(".leaflet-map").forEach((box) => {
  const data = document.querySelector("script.map-data");
  planner.maps.push(planner.map(box, JSON.parse(data.textContent)));
});
