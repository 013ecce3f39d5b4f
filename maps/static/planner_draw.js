"use strict";
// Points and areas taken from the map into fields that can also be typed: "lat, lon; lat, lon; …" in Latin digits.

for (const button of document.querySelectorAll("button[data-draw]")) {
  const field = document.getElementById(button.dataset.draw);
  const isArea = button.dataset.kind === "area";
  const { map } = planner.maps[0];
  const shown = L.layerGroup().addTo(map);

  function points() {
    return field.value.split(";").map((each) => each.split(",").map(Number))
      .filter(([lat, lon]) => Number.isFinite(lat) && Number.isFinite(lon));
  }

  function show() {
    shown.clearLayers();
    const corners = points();
    const look = { color: "#c00000", weight: 3, fillOpacity: 0.15, interactive: false };
    if (isArea && corners.length > 1) L.polygon(corners, look).addTo(shown);
    corners.forEach((at) => L.circleMarker(at, { ...look, radius: 5, fillOpacity: 1 }).addTo(shown));
  }

  function take(event) {
    // before the map sees it: a line below the pointer would keep the click for its words
    if (event.target.closest(".leaflet-control") || map.dragging.moved()) return;
    event.stopPropagation();
    const { lat, lng } = map.mouseEventToLatLng(event).wrap();
    const at = `${lat.toFixed(3)}, ${lng.toFixed(3)}`;
    field.value = isArea && field.value.trim() ? `${field.value.trim().replace(/;$/, "")}; ${at}` : at;
    show();
    if (!isArea) stop();
  }

  function stop() {
    map.getContainer().removeEventListener("click", take, true);
    map.getContainer().classList.remove("drawing");
    map.doubleClickZoom.enable();
    button.setAttribute("aria-pressed", "false");
    planner.stopDrawing = null;
  }

  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") === "true";
    if (planner.stopDrawing) planner.stopDrawing();
    if (isOn) return;
    planner.stopDrawing = stop;
    map.getContainer().addEventListener("click", take, true);
    map.getContainer().classList.add("drawing");
    map.doubleClickZoom.disable();
    button.setAttribute("aria-pressed", "true");
  });
  field.addEventListener("input", show);
  show();
}
