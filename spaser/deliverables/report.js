// Sorting by a column, where scripts run; the page says everything without it.
document.querySelectorAll("table").forEach(function (table) {
  var body = table.tBodies[0];
  if (!body || body.rows.length < 4) { return; }
  var number = function (text) {
    var n = parseFloat(text.replace(/[\s\u00a0\u202f%€]/g, "").replace("\u2212", "-").replace(",", "."));
    return isNaN(n) ? null : n;
  };
  var key = function (row, i) {
    var text = row.cells[i].textContent.trim();
    var day = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text);
    return day ? day[3] + day[2] + day[1] : text;
  };
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, i) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.title = "Trier";
    head.textContent = "";
    head.appendChild(button);
    // On paper a header comes back on each page, which browsers do for text and not for buttons.
    var plain = document.createElement("span");
    plain.className = "plain";
    plain.setAttribute("aria-hidden", "true");
    plain.textContent = button.textContent;
    head.appendChild(plain);
    button.addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") === "ascending";
      Array.prototype.forEach.call(head.parentNode.cells, function (cell) { cell.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var numeric = head.classList.contains("num");
      Array.from(body.rows).map(function (row) { return [key(row, i), row]; }).sort(function (a, b) {
        var x = numeric ? number(a[0]) : a[0], y = numeric ? number(b[0]) : b[0];
        if (numeric && (x === null || y === null)) { return (x === null) - (y === null); }
        var order = numeric ? x - y : x.localeCompare(y, "fr", { numeric: true });
        return down ? -order : order;
      }).forEach(function (pair) { body.appendChild(pair[1]); });
    });
  });
});
// Columns of long texts keep room on a narrow screen; captions stay in sight while a table slides; a chart wider than the screen slides by keyboard.
document.querySelectorAll("table").forEach(function (table) {
  var rows = Array.from(table.rows);
  var heads = table.tHead ? Array.from(table.tHead.rows[0].cells) : [];
  heads.forEach(function (head, i) {
    var cells = rows.map(function (row) { return row.cells[i]; }).filter(Boolean);
    if (cells.some(function (cell) { return cell.textContent.length > 70; })) {
      cells.forEach(function (cell) { cell.classList.add("long"); });
    }
  });
  if (table.caption) {
    var span = document.createElement("span");
    while (table.caption.firstChild) { span.appendChild(table.caption.firstChild); }
    table.caption.appendChild(span);
  }
});
document.querySelectorAll(".chart").forEach(function (chart) { chart.tabIndex = 0; });
// The contents follow the reading: the section in sight is the current one.
(function () {
  var links = Array.from(document.querySelectorAll("nav a"));
  if (!("IntersectionObserver" in window) || !links.length) { return; }
  var seen = new Set();
  var watch = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { if (entry.isIntersecting) { seen.add(entry.target.id); } else { seen.delete(entry.target.id); } });
    var first = links.find(function (link) { return seen.has(link.hash.slice(1)); });
    if (!first) { return; }
    links.forEach(function (link) { if (link === first) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); } });
  }, { rootMargin: "0px 0px -60% 0px" });
  links.forEach(function (link) {
    var section = document.getElementById(link.hash.slice(1));
    if (section) { watch.observe(section); }
  });
})();
