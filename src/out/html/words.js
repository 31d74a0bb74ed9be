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

/* Three digits, cut and not rounded, as in the text: nothing looks longer than it is. */
function three(v, unit, name) {
  const whole = Math.floor(v / unit), rest = String(Math.floor(v % unit * 100 / unit)).padStart(2, "0");
  return unit === 1 || whole >= 100 ? `${whole} ${name}` : `${whole}.${whole >= 10 ? rest[0] : rest} ${name}`;
}

const two = (n) => String(Math.floor(n)).padStart(2, "0");

function duration(ns) {
  for (const [unit, name] of [[1, "ns"], [1e3, "µs"], [1e6, "ms"]])
    if (ns < unit * 1e3) return three(Math.floor(ns), unit, name);
  const s = Math.floor(ns / 1e9);
  if (s < 60) return three(ns, 1e9, "s");
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  return s < 86400 ? `${Math.floor(s / 3600)} h ${two(s / 60 % 60)} min` : `${Math.floor(s / 86400)} d ${two(s / 3600 % 24)} h`;
}

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let i = 0;
  while (i < 6 && n >= Math.pow(1024, i + 1)) i++;
  return three(n, Math.pow(1024, i), units[i]);
}

const count = (n) => n.toLocaleString("en-US");
const many = (n, what) => `${count(n)} ${what}${n === 1 ? "" : "s"}`;
function seconds(ns) {
  const us = Math.floor(Math.abs(ns) / 1e3);
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, "0")} s${ns < 0 ? " before the trace" : ""}`;
}
const since = (ts) => ts - D.t0_ns;
const driverName = (d) => d || "unknown driver";

function place(p) {
  if (!p) return "";
  if (!p.symbol) return p.address;
  return `${p.symbol}+0x${p.offset.toString(16)}${p.module ? ` [${p.module}]` : ""}`;
}

/* Whatever has a pid and perhaps a comm. */
const process = (p) => p.comm ? `${p.comm} (pid ${p.pid})` : `pid ${p.pid}`;
const owner = (o) => o ? process(o) : "";

/* The name of a part of the text report that says the same. */
function named(name, e) {
  e.dataset.part = name;
  return e;
}
