"use strict";
// Sorts and filters the table of findings. The page is whole without it.
(() => {
  const table = document.getElementById("list");
  const tools = document.getElementById("tools");
  if (!table || !tools) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const severities = ["Info", "Warning", "Error"];
  const shownText = (row, column) => row.cells[column].textContent.trim();

  const labelled = (text, control) => {
    const label = document.createElement("label");
    label.append(text, control);
    tools.append(label);
    return control;
  };
  const choice = (text, column) => {
    const select = labelled(text, document.createElement("select"));
    select.append(new Option("all", ""));
    const values = new Set(rows.map((row) => shownText(row, column)));
    for (const value of values) select.append(new Option(value, value));
    return select;
  };

  const words = labelled("Containing", document.createElement("input"));
  words.type = "search";
  const severity = choice("Severity", 1);
  const report = choice("Report", 2);
  const snapshot = choice("Snapshot", 4);
  const status = heads.length > 5 ? choice("Status", 5) : null;
  const count = document.createElement("output");
  count.setAttribute("aria-live", "polite");
  tools.append(count);

  const filter = () => {
    const wanted = words.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = (!severity.value || shownText(row, 1) === severity.value) &&
        (!report.value || shownText(row, 2) === report.value) &&
        (!snapshot.value || shownText(row, 4) === snapshot.value) &&
        (!status || !status.value || shownText(row, 5) === status.value) &&
        row.textContent.toLowerCase().includes(wanted);
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  };
  for (const control of [words, severity, report, snapshot, status]) {
    if (control) control.addEventListener("input", filter);
  }

  const keyOf = (row, column) => {
    const text = shownText(row, column);
    if (column === 1) return severities.indexOf(text);
    return column === 0 || column === 4 ? parseInt(text, 10) : text;
  };
  const sort = (column) => {
    const up = heads[column].getAttribute("aria-sort") !== "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = rows.map((row, place) => ({ row, place, key: keyOf(row, column) }));
    keyed.sort((a, b) => {
      const order = typeof a.key === "number" ? a.key - b.key : a.key.localeCompare(b.key);
      return (up ? order : -order) || a.place - b.place;
    });
    body.append(...keyed.map((entry) => entry.row));
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });

  tools.hidden = false;
  filter();
})();
