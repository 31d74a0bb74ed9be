/* SPDX-License-Identifier: GPL-2.0 */
/* words.js - numbers and names in words, and the elements that show them */

const D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const BORN_BEFORE = 2, FLAGGED = 1, AT_END = 4, LOSSY = 8;
const LANES_AT_ONCE = 12, FINDINGS_AT_ONCE = 40, MAX_ROWS = 14;

/* Everything that is not ours goes through here, as text. */
function el(tag, cls, ...children) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  for (const c of children) if (c !== null && c !== undefined) e.append(c);
  return e;
}

function duration(ns) {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  const units = [[1e3, "µs"], [1e6, "ms"], [1e9, "s"]];
  if (ns < 60e9) {
    let u = units[0];
    for (const next of units) if (ns >= next[0]) u = next;
    const v = ns / u[0];
    return `${v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2)} ${u[1]}`;
  }
  const s = Math.round(ns / 1e9), m = Math.floor(s / 60), h = Math.floor(m / 60);
  return h ? `${h} h ${m % 60} min` : `${m} min ${s % 60} s`;
}

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let i = 0;
  for (; n >= 1024 && i < units.length - 1; i++) n /= 1024;
  return `${i && n < 100 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

const count = (n) => n.toLocaleString("en-US");
const many = (n, what) => `${count(n)} ${what}${n === 1 ? "" : "s"}`;
const seconds = (ns) => `${(ns / 1e9).toFixed(6)} s`;
const since = (ts) => ts - D.t0_ns;
const driverName = (d) => d || "unknown driver";

function place(p) {
  if (!p) return "";
  if (!p.symbol) return p.address;
  return `${p.symbol}+0x${p.offset.toString(16)}${p.module ? ` [${p.module}]` : ""}`;
}

function owner(o) {
  return o ? `${o.comm || "process"} (pid ${o.pid})` : "";
}
