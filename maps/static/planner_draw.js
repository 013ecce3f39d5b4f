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
    // a click that opens the words of a segment is a corner too
    map.closePopup();
    const { lat, lng } = event.latlng.wrap();
    const at = `${lat.toFixed(3)}, ${lng.toFixed(3)}`;
    field.value = isArea && field.value.trim() ? `${field.value.trim().replace(/;$/, "")}; ${at}` : at;
    show();
    if (!isArea) stop();
  }

  function stop() {
    map.off("click", take);
    map.getContainer().classList.remove("drawing");
    button.setAttribute("aria-pressed", "false");
    planner.drawing = null;
  }

  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") === "true";
    if (planner.drawing) planner.drawing();
    if (isOn) return;
    planner.drawing = stop;
    map.on("click", take);
    map.getContainer().classList.add("drawing");
    button.setAttribute("aria-pressed", "true");
  });
  field.addEventListener("input", show);
  show();
}
