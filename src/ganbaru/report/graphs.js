"use strict";
(() => {
  const NEAR = 26, SCALE = 2, PAD = 12, LINE = 18;
  const make = (name, words, given = {}) => Object.assign(document.createElement(name), { textContent: words }, given);
  const svg = (name, given, words = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(given)) element.setAttribute(key, value);
    element.textContent = words;
    return element;
  };
  const slug = (title) => title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "graph";
  const save = (blob, name) => {
    const link = make("a", "", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  // A text that a spreadsheet would run as a formula gets the sign that keeps it a text.
  const inert = (value) => typeof value === "string" && isNaN(value) && /^[=+@\t\r-]/.test(value) ? `'${value}` : String(value ?? "");
  const quoted = (text) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const csv = (rows) => rows.map((row) => row.map((value) => quoted(inert(value))).join(",")).join("\r\n") + "\r\n";
  const saveCsv = (rows, name) => save(new Blob([csv(rows)], { type: "text/csv" }), `${name}.csv`);

  const taking = (kinds) => {
    const line = make("div", "take as", { className: "take" });
    for (const [kind, take] of Object.entries(kinds)) {
      const button = make("button", kind, { type: "button" });
      button.addEventListener("click", take);
      line.append(button);
    }
    return line;
  };

  const paints = ["fill", "stroke"];
  const resolved = (element, ground) => {
    for (const name of paints) {
      const held = element.getAttribute(name)?.match(/^var\((.+)\)$/);
      if (held) element.setAttribute(name, ground.getPropertyValue(held[1]).trim());
    }
  };
  const alone = (figure) => {
    const shown = figure.querySelector(".plot svg");
    const copy = shown.cloneNode(true);
    copy.querySelectorAll("g.off").forEach((group) => group.remove());
    copy.querySelectorAll(".at").forEach((dot) => dot.removeAttribute("class"));
    const style = getComputedStyle(document.documentElement);
    const entries = [...figure.querySelectorAll(".entry")].filter((entry) => entry.getAttribute("aria-pressed") !== "false");
    const [, , width, height] = shown.getAttribute("viewBox").split(" ").map(Number);
    const top = 30, whole = top + height + entries.length * LINE + PAD;
    const outer = svg("svg", { viewBox: `0 0 ${width + 2 * PAD} ${whole}`, width: width + 2 * PAD, height: whole,
      "font-family": "system-ui, sans-serif", "font-size": 12 });
    const inner = svg("g", { transform: `translate(${PAD} ${top})` });
    inner.append(...copy.childNodes);
    outer.append(svg("rect", { width: "100%", height: "100%", fill: "var(--card)" }),
      svg("text", { x: PAD, y: 20, "font-size": 14, "font-weight": 600, fill: "var(--ink)" }, figure.querySelector("figcaption").textContent), inner);
    entries.forEach((entry, index) => {
      const y = top + height + index * LINE + 6;
      const mark = svg("g", { transform: `translate(${PAD + 8} ${y})` });
      mark.append(...entry.querySelector("svg").cloneNode(true).childNodes);
      outer.append(mark, svg("text", { x: PAD + 22, y: y + 4, fill: "var(--ink)" }, entry.textContent));
    });
    outer.querySelectorAll("*").forEach((element) => resolved(element, style));
    return { text: new XMLSerializer().serializeToString(outer), width: width + 2 * PAD, height: whole };
  };
  const savePng = async (figure, name) => {
    const { text, width, height } = alone(figure);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = make("canvas", "", { width: SCALE * width, height: SCALE * height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(blob, `${name}.png`));
  };
  const rowsOf = (data) => [["series", data.x, data.y, "low", "high", "cell", "seed"],
    ...data.series.flatMap((series) => series.points.map((point) => [series.name, ...point]))];

  const alive = (figure) => {
    const data = JSON.parse(figure.dataset.graph), name = slug(data.title);
    const plot = figure.querySelector(".plot"), read = make("output", "", { className: "read" });
    const dots = [...plot.querySelectorAll("[data-point]")].map((element) => {
      const said = element.querySelector("title");
      const words = said.textContent;
      said.remove();
      const [x, y] = element.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
      return { element, words, x, y, group: element.parentNode };
    });
    const seen = () => dots.filter((dot) => !dot.group.classList.contains("off"));
    let at = null;
    const leave = () => { at?.element.classList.remove("at"); at = null; read.textContent = ""; };
    const point = (dot) => {
      if (dot === at) return;
      leave();
      if (!dot) return;
      at = dot;
      dot.element.classList.add("at");
      read.textContent = dot.words;
      const box = dot.element.getBoundingClientRect(), outer = figure.getBoundingClientRect();
      const middle = box.left + box.width / 2 - outer.left, above = box.top - outer.top - 8 - read.offsetHeight;
      read.style.left = `${Math.max(4, Math.min(middle - read.offsetWidth / 2, outer.width - read.offsetWidth - 4))}px`;
      read.style.top = `${above > 4 ? above : box.bottom - outer.top + 8}px`;
    };
    const nearest = (event) => {
      const matrix = plot.querySelector("svg").getScreenCTM().inverse();
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
      let best = null, least = NEAR;
      for (const dot of seen()) {
        const far = Math.hypot(dot.x - x, dot.y - y);
        if (far < least) [best, least] = [dot, far];
      }
      return best;
    };
    const moved = (step) => {
      const order = seen().sort((one, other) => one.x - other.x || other.y - one.y);
      const now = order.indexOf(at);
      point(order[Math.max(0, Math.min(order.length - 1, now < 0 && step < 0 ? order.length - 1 : now + step))]);
    };
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -Infinity, End: Infinity };
    plot.addEventListener("pointermove", (event) => point(nearest(event)));
    plot.addEventListener("pointerdown", (event) => point(nearest(event)));
    plot.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
    document.addEventListener("pointerdown", (event) => { if (!plot.contains(event.target)) leave(); });
    plot.addEventListener("blur", leave);
    plot.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      else if (event.key in steps) moved(steps[event.key]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", `${data.title}: arrow keys go from point to point`);

    for (const entry of figure.querySelectorAll(".entry")) {
      const button = make("button", "", { type: "button", className: "entry" });
      button.setAttribute("aria-pressed", "true");
      button.append(...entry.childNodes);
      const groups = entry.dataset.of.split(" ").map((number) => plot.querySelector(`g[data-series="${number}"]`));
      button.addEventListener("click", () => {
        leave();
        const on = button.getAttribute("aria-pressed") === "false";
        button.setAttribute("aria-pressed", String(on));
        groups.forEach((group) => group.classList.toggle("off", !on));
      });
      entry.replaceWith(button);
    }
    figure.append(read, taking({
      SVG: () => save(new Blob([alone(figure).text], { type: "image/svg+xml" }), `${name}.svg`),
      PNG: () => savePng(figure, name),
      CSV: () => saveCsv(rowsOf(data), name),
    }));
  };

  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    const value = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
    const compare = (one, other) => one - other || one.localeCompare(other, undefined, { numeric: true });
    heads.forEach((head, column) => {
      const button = make("button", head.textContent, { type: "button" });
      button.addEventListener("click", () => {
        const falling = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        const rows = [...body.rows].map((row) => [value(row, column), row]);
        const known = rows.filter(([key]) => key !== ""), empty = rows.filter(([key]) => key === "");
        known.sort(([one], [other]) => (falling ? -1 : 1) * compare(one, other));
        body.append(...[...known, ...empty].map(([, row]) => row));
      });
      head.replaceChildren(button);
    });
    const plain = (cell) => cell.dataset.sort && /^[−\d.,e]+$/.test(cell.textContent) ? cell.dataset.sort : cell.textContent;
    const rows = () => [...table.rows].map((row) => [...row.cells].map(plain));
    const line = taking({ CSV: () => saveCsv(rows(), slug(table.dataset.name)) });
    table.closest(".scroll").after(line);
  };

  document.querySelectorAll("figure.graph").forEach(alive);
  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll(".scroll").forEach((part) => { part.tabIndex = 0; });
})();
