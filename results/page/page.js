(function () {
  "use strict";
  var PRINTED = 690; // px: what fits between the margins of a page
  var plots = [].slice.call(document.querySelectorAll("[data-chart]"));

  function draw(place, width) {
    var figure = JSON.parse(document.getElementById("data-" + place.dataset.chart).textContent);
    var printing = typeof width === "number" && width > 0;
    if (printing) figure.layout.width = width;
    return Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: !printing });
  }

  // Drawn anew, since a resized Sankey diagram moves to its new place only over time.
  function redraw(width) {
    plots.forEach(function (place) {
      Plotly.purge(place);
      draw(place, width);
    });
  }

  Promise.all(plots.map(function (place) { return draw(place, 0); })).then(function () {
    document.documentElement.dataset.drawn = "true";
  });
  window.addEventListener("beforeprint", function () { redraw(PRINTED); });
  window.addEventListener("afterprint", function () { redraw(0); });

  var all = document.getElementById("open-all");
  if (all) {
    all.addEventListener("click", function () {
      var open = all.dataset.open !== "true";
      document.querySelectorAll("details").forEach(function (each) { each.open = open; });
      all.dataset.open = String(open);
      all.textContent = open ? "Close all tables" : "Open all tables";
    });
    document.getElementById("print").addEventListener("click", function () { window.print(); });
  }
})();
