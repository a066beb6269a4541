"use strict";
// The table of shipments: rows and cases come packed, made by the same templates as the page without JavaScript. Nothing is built
// from texts here but by textContent, so that what a manifest says stays text.
(async () => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
  let index;
  try {
    index = await unpack($("#index").textContent);
  } catch (error) {
    $("#old").hidden = false;
    $("#plain").innerHTML = [...document.querySelectorAll("noscript")].map((part) => part.textContent).join("");
    return;
  }
  const { rows, size, key, columns, verdictColumns } = index;
  const blocks = document.querySelectorAll("script.block"), unpacked = new Map();
  const caseOf = async (n) => {
    const b = Math.floor(n / size);
    if (!unpacked.has(b)) unpacked.set(b, unpack(blocks[b].textContent));
    return (await unpacked.get(b))[n % size];
  };
  rows.forEach((row, n) => { row.no = n; });
  const table = $("#shipments"), body = table.tBodies[0], STEP = 120;
  let shown = rows, drawn = 0, current = null, sort = { key: "n", down: true };
  $("#first")?.remove();  // what is read, and printed, as long as nothing is unpacked
  if (rows.length) for (const part of [table, $("#controls")]) part.hidden = false;

  // Verdicts: kept in this browser until they are saved, by the digest of what the page holds.
  const store = `precursor-screen ${key}`;
  let verdicts = {}, unsaved = false;
  try { verdicts = JSON.parse(localStorage.getItem(store)) || {}; } catch (error) { verdicts = {}; }
  const keep = () => { try { localStorage.setItem(store, JSON.stringify(verdicts)); } catch (error) { /* then until the page closes */ } };
  const verdictOf = (row) => verdicts[row.id];
  const ready = (v) => v && v.verdict && v.reason;
  const asked = rows.filter((row) => row.x.length);
  $("#worksheet").hidden = !asked.length;

  // Rows
  const make = (html) => { const holder = document.createElement("tbody"); holder.innerHTML = html; return holder.firstElementChild; };
  const rowOf = (row) => {
    if (!row.el) {
      row.el = make(row.h);
      row.el.dataset.no = row.no;
      const open = $("a.open", row.el);
      open.setAttribute("role", "button");
      open.setAttribute("aria-expanded", "false");
      row.stateText = $(".state", row.el).textContent;
      showState(row);
    }
    return row.el;
  };
  const showState = (row) => {
    if (!row.el) return;
    const cell = $(".state", row.el), v = verdictOf(row);
    cell.textContent = row.stateText;
    if (!v || !v.verdict) return;
    const mark = document.createElement("span");
    mark.className = "done";
    mark.textContent = ready(v) ? ` ✓ ${v.verdict}` : ` ${v.verdict}: reason?`;
    cell.append(mark);
  };
  const draw = (upTo) => {
    const piece = document.createDocumentFragment();
    for (; drawn < Math.min(upTo, shown.length); drawn++) {
      const row = shown[drawn];
      piece.append(rowOf(row));
      if (row.open) piece.append(row.open);
    }
    body.append(piece);
    $("#more").textContent = drawn < shown.length ? `${(shown.length - drawn).toLocaleString("en")} more below` : "";
  };
  const redraw = () => { body.replaceChildren(); drawn = 0; draw(STEP); };
  new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting) && drawn < shown.length) draw(drawn + STEP); }, { rootMargin: "1500px" }).observe($("#more"));

  // Filters and order
  const find = $("#find"), choices = [...document.querySelectorAll("[data-key]")];
  const values = (row, k) => (k === "v" ? [verdictOf(row) && ready(verdictOf(row)) ? verdictOf(row).verdict : row.x.length ? "open" : "none"] : [].concat(row[k]));
  for (const choice of choices) {
    const k = choice.dataset.key, known = new Set(k === "v" ? ["open", "cleared", "referred", "confirmed", "inconclusive"] : []);
    if (k !== "v") for (const row of rows) for (const value of values(row, k)) known.add(value);
    const fixed = { b: ["hold", "review", "low", "none", "unscreenable"], l: ["critical", "high", "medium", "low", "informational"] }[k];
    const sorted = fixed ? fixed.filter((f) => known.has(f)) : [...known].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const holder = k === "p" ? $("#parties") : choice;
    for (const value of sorted.slice(0, 2000)) {
      const option = document.createElement("option");
      option.value = value;
      if (k !== "p") option.textContent = k === "r" ? `${value} ${index.titles[value] || ""}` : value;
      holder.append(option);
    }
  }
  const apply = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = choices.filter((c) => c.value).map((c) => [c.dataset.key, c.value, c.value.toLowerCase()]);
    shown = rows.filter((row) =>
      words.every((word) => row.t.includes(word)) &&
      wanted.every(([k, value, low]) => (k === "p" ? row.p.some((p) => p.toLowerCase().includes(low)) : values(row, k).includes(value))));
    if (sort.key !== "n" || !sort.down) {
      const sign = sort.down ? -1 : 1, k = sort.key;
      shown.sort((a, b) => {
        const x = a[k], y = b[k];
        if (x === null || y === null || x === "" || y === "") return (x === null || x === "" ? 1 : 0) - (y === null || y === "" ? 1 : 0) || a.no - b.no;
        return (x < y ? -sign : x > y ? sign : 0) || a.no - b.no;
      });
    }
    $("#count").textContent = shown.length === rows.length ? `${rows.length.toLocaleString("en")} shipments` : `${shown.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shipments`;
    redraw();
  };
  let waiting = 0;
  find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 60); });
  for (const choice of choices) choice.addEventListener(choice.tagName === "SELECT" ? "change" : "input", apply);
  const reset = () => { find.value = ""; for (const c of choices) c.value = ""; apply(); };
  $("#reset").addEventListener("click", reset);
  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (!button) return;
    const k = button.dataset.sort;
    sort = { key: k, down: sort.key === k ? !sort.down : ["n", "m", "d"].includes(k) };
    for (const th of table.tHead.querySelectorAll("th")) th.removeAttribute("aria-sort");
    button.parentElement.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
    apply();
  });

  // Cases
  const insert = (row, html) => {
    const line = document.createElement("tr"), cell = document.createElement("td");
    line.className = "unfolded";
    cell.colSpan = columns;
    cell.innerHTML = html;
    line.append(cell);
    row.open = line;
    if (row.x.length) attachVerdict(row, cell);
    rowOf(row).after(line);
    $("a.open", row.el).setAttribute("aria-expanded", "true");
    return line;
  };
  const unfold = async (row) => {
    const html = row.open ? "" : await caseOf(row.no);
    return row.open || insert(row, html);
  };
  const fold = (row) => {
    if (!row.open) return;
    row.open.remove();
    row.open = null;
    $("a.open", row.el).setAttribute("aria-expanded", "false");
  };
  const choose = (row, focus = true) => {
    if (current && current.el) current.el.classList.remove("current");
    current = row;
    rowOf(row).classList.add("current");
    if (focus) { const open = $("a.open", row.el); open.focus({ preventScroll: true }); row.el.scrollIntoView({ block: "nearest" }); }
  };
  const ensure = (row) => { if (!shown.includes(row)) reset(); const at = shown.indexOf(row); if (at >= drawn) draw(at + STEP); };
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr.row");
    if (!line || event.target.closest("a:not(.open)") || String(getSelection())) return;
    event.preventDefault();
    const row = rows[line.dataset.no];
    choose(row, false);
    if (row.open) fold(row); else unfold(row);
  });

  // Verdicts
  const attachVerdict = (row, cell) => {
    const form = $("#verdict").content.firstElementChild.cloneNode(true), article = $("article", cell);
    (article.querySelector(".facts") || article).after(form);
    row.form = form;
    form.addEventListener("click", (event) => { const b = event.target.closest("[data-verdict]"); if (b) decide(row, b.dataset.verdict, b.dataset.reason || ""); });
    form.addEventListener("input", () => {
      const v = verdictOf(row) || {};
      v.reason = $(".reason", form).value; v.text = $(".text", form).value; v.until = $(".until", form).value;
      if (v.verdict) v.at = now();
      verdicts[row.id] = v;
      changed(row);
    });
    fill(row);
  };
  const fill = (row) => {
    if (!row.form) return;
    const v = verdictOf(row) || {};
    for (const b of row.form.querySelectorAll("[data-verdict]")) if (b.dataset.verdict) b.setAttribute("aria-pressed", String(b.dataset.verdict === v.verdict));
    $(".reason", row.form).value = v.reason || "";
    $(".text", row.form).value = v.text || "";
    $(".until", row.form).value = v.until || "";
    $(".until", row.form).disabled = v.verdict !== "cleared";
  };
  const now = () => new Date().toISOString().replace(/\.\d+Z$/, "+00:00");
  const decide = (row, verdict, reason) => {
    const v = verdictOf(row) || {};
    if (!verdict) delete verdicts[row.id];
    else verdicts[row.id] = { ...v, verdict, reason: reason || (v.reason === "referred" ? "" : v.reason) || ({ cleared: "", referred: "referred" }[verdict] ?? "other"), until: verdict === "cleared" ? v.until || "" : "", at: now() };
    fill(row);
    changed(row);
  };
  const changed = (row) => { unsaved = true; keep(); showState(row); progress(); };
  // As `review import` judges it: to clear a case with a critical flag takes two names that differ.
  const folded = (name) => name.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const agreed = () => { const [first, second] = ["#officer", "#second"].map((id) => folded($(id).value)); return second.length > 1 && second !== first; };
  const lacking = () => (agreed() ? [] : asked.filter((row) => ready(verdictOf(row)) && verdictOf(row).verdict === "cleared" && row.l.includes("critical")));
  const warn = () => {
    const count = lacking().length;
    $("#lacking").hidden = !count;
    $("#lacking").textContent = count ? `${count} cleared ${count === 1 ? "case has" : "cases have"} a critical flag: name a second officer, other than the first, or the import refuses ${count === 1 ? "it" : "them"}.` : "";
  };
  for (const id of ["#officer", "#second"]) $(id).addEventListener("input", () => warn());
  const progress = () => { warn(); $("#progress").textContent = `${asked.filter((row) => ready(verdictOf(row))).length} of ${asked.length.toLocaleString("en")} done`; };
  // As `defuse` of the program: what begins a formula gets an apostrophe, which `review import` takes off again.
  const csvCell = (text) => `"${(/^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  $("#save").addEventListener("click", () => {
    const done = asked.filter((row) => ready(verdictOf(row))), lines = [verdictColumns];
    for (const row of done) for (const [flag, line] of row.x) {
      const v = { ...verdictOf(row), flag_id: flag, line_id: line, officer: $("#officer").value.trim(), second: $("#second").value.trim() };
      lines.push(verdictColumns.map((name) => v[name] || ""));
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", lines.map((cells) => cells.map(csvCell).join(",")).join("\r\n"), "\r\n"], { type: "text/csv" }));
    link.download = `verdicts-${now().slice(0, 10)}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    unsaved = false;
    const open = asked.filter((row) => { const v = verdictOf(row); return v && v.verdict && !v.reason; }).length;
    $("#saved").textContent = `${done.length} shipments, ${lines.length - 1} flags in ${link.download}${open ? `; ${open} left out because no reason was chosen` : ""}${lacking().length ? `; ${lacking().length} without the second officer that a critical flag takes` : ""}`;
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

  // Paper: `p` prints the sheet of one case, the button those of all that the filter leaves; the browser's own print prints the list,
  // with the cases that are unfolded. What unfolds for paper folds again.
  let folding = [];
  const spread = (some, html) => {
    for (const row of some) {
      if (!row.open) { insert(row, html(row)); folding.push(row); }
      row.open.classList.add("printed");
      for (const part of row.open.querySelectorAll("details:not([open])")) { part.open = true; part.dataset.shut = ""; }
    }
  };
  const gather = () => {
    document.documentElement.classList.remove("sheet");
    folding.forEach(fold);
    folding = [];
    for (const line of body.querySelectorAll(".printed")) line.classList.remove("printed");
    for (const part of body.querySelectorAll("[data-shut]")) { part.open = false; delete part.dataset.shut; }
  };
  const printSheets = async (some) => {
    const pages = new Map();
    for (const row of some) { ensure(row); pages.set(row, await caseOf(row.no)); }
    spread(some, (row) => pages.get(row));
    document.documentElement.classList.add("sheet");
    print();
    gather();
  };
  addEventListener("beforeprint", () => {
    if (document.documentElement.classList.contains("sheet")) return;
    draw(shown.length);
    spread(shown.filter((row) => row.open));
  });
  addEventListener("afterprint", () => { if (!document.documentElement.classList.contains("sheet")) gather(); });
  $("#print-list").addEventListener("click", () => { if (shown.length <= 100 || confirm(`Print ${shown.length} case sheets?`)) printSheets(shown.slice()); });

  // Keys
  const byKey = { c: "cleared", r: "referred", f: "confirmed", "?": "inconclusive" };
  addEventListener("keydown", async (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const { key } = event;
    if (key === "/") { event.preventDefault(); find.focus(); return; }
    if (key === "j" || key === "k") {
      event.preventDefault();
      const at = current ? shown.indexOf(current) : -1, next = at < 0 ? 0 : at + (key === "j" ? 1 : -1);
      if (shown[next]) { if (next >= drawn) draw(next + STEP); choose(shown[next]); }
      return;
    }
    if (!current) return;
    if (key === "Enter" && (event.target === document.body || event.target.matches("a.open"))) {
      event.preventDefault();
      if (current.el && event.target.matches("a.open")) choose(rows[event.target.closest("tr.row").dataset.no]);
      if (current.open) fold(current); else await unfold(current);
    } else if (key === "p") {
      event.preventDefault();
      printSheets([current]);
    } else if (byKey[key] && current.x.length) {
      event.preventDefault();
      await unfold(current);
      decide(current, byKey[key], "");
      if (key === "c") $(".reason", current.form).focus();
    }
  });
  body.addEventListener("focusin", (event) => { const line = event.target.closest("tr.row"); if (line && event.target.matches("a.open")) choose(rows[line.dataset.no], false); });

  // Anchors: a shipment, its case, a flag, a rule
  const go = async () => {
    let wanted = location.hash.slice(1);
    try { wanted = decodeURIComponent(wanted); } catch (error) { return; }
    const [kind] = wanted.split("-", 1), rest = wanted.slice(kind.length + 1);
    if (kind === "rule") { const rule = document.getElementById(wanted); if (rule) rule.open = true; return; }
    const row = kind === "flag" ? rows.find((r) => r.x.some(([flag]) => flag === rest)) : kind === "shipment" || kind === "case" ? rows.find((r) => r.id === rest) : null;
    if (!row) return;
    ensure(row);
    choose(row);
    await unfold(row);
    const target = document.getElementById(wanted) || row.el;
    target.scrollIntoView();
    if (kind === "flag") { target.tabIndex = -1; target.focus({ preventScroll: true }); }
  };
  addEventListener("hashchange", go);
  apply();
  progress();
  await go();
  document.documentElement.dataset.ready = "";
})();
