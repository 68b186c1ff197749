(function () {
  "use strict";
  var PRINTED = 690; // px: what fits between the margins of a page
  var plots = [].slice.call(document.querySelectorAll("[data-chart]"));

  function draw(place) {
    var figure = JSON.parse(document.getElementById("data-" + place.dataset.chart).textContent);
    return Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: true });
  }

  function resize(width) {
    plots.forEach(function (place) {
      if (!place._fullLayout) return;
      if (width) Plotly.relayout(place, { width: width, autosize: false });
      else Plotly.relayout(place, { width: null, autosize: true });
    });
  }

  Promise.all(plots.map(draw)).then(function () {
    document.documentElement.dataset.drawn = "true";
  });
  window.addEventListener("beforeprint", function () { resize(PRINTED); });
  window.addEventListener("afterprint", function () { resize(0); });

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
