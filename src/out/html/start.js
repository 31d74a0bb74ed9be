/* SPDX-License-Identifier: GPL-2.0 */
/* start.js - theme, filters, and the beginning of it all */

const wantsDark = matchMedia("(prefers-color-scheme: dark)");
function remember(theme) { try { localStorage.setItem("hmmtrace-theme", theme); } catch (e) { /* a file has none */ } }
function remembered() { try { return localStorage.getItem("hmmtrace-theme"); } catch (e) { return null; } }

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = theme === "dark" ? "Light" : "Dark";
  readPalette();
  draw();
}

function drawnWords() {
  const parts = [];
  if (L.one_in > 1 || NR < L.seen)
    parts.push(`To keep this page small, ${count(NR)} of ${count(L.seen)} ranges are drawn: those that a finding is about or that never ended, and of the others about one in ${count(L.one_in)}. Counts, curves and lifetimes are of all.`);
  if (D.live.width_ns > 1000) parts.push(`Curves show the most there were within ${duration(D.live.width_ns)}.`);
  return parts.join(" ");
}

function showLegend() {
  const list = shownCurves().map((d) => el("span", "", el("span", `dot c${colorOf.get(d.driver)}`), driverName(d.driver)));
  if (state.driver === null && drivers.length > 1) list.unshift(el("span", "", el("span", "dot call"), "all"));
  list.push(el("span", "", el("span", "dot cbad"), "flagged"));
  $("legend").replaceChildren(...list);
}

function update() {
  const lanes = showLanes(), nr = showFindings();
  showLegend();
  const filtered = state.q || state.driver !== null || state.kind || state.cause;
  $("matches").textContent = filtered ? `${many(nr, "finding")}, ${many(lanes, "mirror")}` : "";
  draw();
}

function resetFilters() {
  Object.assign(state, { q: "", driver: null, kind: "", cause: null, from: 0, to: D.span_ns || 1,
                         lanes: LANES_AT_ONCE, findings: FINDINGS_AT_ONCE });
  $("search").value = ""; $("driver").value = ""; $("kind").value = "";
  update();
}

function start() {
  drivers.forEach((d, i) => { const o = el("option", "", driverName(d.driver)); o.value = String(i); $("driver").append(o); });
  let typing = 0;
  $("search").addEventListener("input", (e) => {
    clearTimeout(typing);
    typing = setTimeout(() => { state.q = e.target.value.trim().toLowerCase(); update(); }, 80);
  });
  $("driver").addEventListener("change", (e) => { state.driver = e.target.value === "" ? null : drivers[+e.target.value].driver; update(); });
  $("kind").addEventListener("change", (e) => { state.kind = e.target.value; update(); });
  $("reset").addEventListener("click", resetFilters);
  $("more-lanes").addEventListener("click", () => { state.lanes += 4 * LANES_AT_ONCE; update(); });
  $("more-findings").addEventListener("click", () => { state.findings += 5 * FINDINGS_AT_ONCE; update(); });
  $("theme").addEventListener("click", () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    remember(next);
    setTheme(next);
  });
  wantsDark.addEventListener("change", (e) => { if (!remembered()) setTheme(e.matches ? "dark" : "light"); });
  addEventListener("resize", draw);
  addEventListener("keydown", (e) => { if (e.key === "Escape") $("inspector").hidden = true; });
  listen($("curve"), null);
  showVerdict();
  showCauses();
  showTables();
  $("drawn").textContent = drawnWords();
  $("time-section").hidden = !D.mirrors.length;
  $("filters").hidden = !D.mirrors.length && !findings.length;
  $("curve").classList.add("lanes-head");
  setTheme(remembered() || (wantsDark.matches ? "dark" : "light"));
  update();
  document.documentElement.dataset.ready = "yes";
}
start();
