// Draws what /status.json says. Everything is made as text or SVG nodes: nothing from the answer becomes markup.
"use strict";

const EVERY_MS = 10_000;
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300, HEIGHT = 100;

// The plots: title, what to draw of the samples, how to write a number.
const PLOTS = [
  ["peers", "Peers", (s) => value(s, "peers"), count],
  ["traffic", "Bytes moved per second", (s) => rate(s, "bytes"), (n) => `${bytes(n)}/s`],
  ["relayed-bytes", "Bytes relayed (calls, iroh)", (s) => rate(s, "relayed_bytes"), (n) => `${bytes(n)}/s`],
  ["reservations", "Relay reservations", (s) => value(s, "reservations"), count],
  ["relayed", "Circuits and TURN allocations", (s) => value(s, "relayed"), count],
  ["denials", "Denials per minute", (s) => rate(s, "denials").map((n) => n * 60), count],
  ["mail", "Mail kept", (s) => value(s, "mail_bytes"), bytes],
  ["memory", "Memory", (s) => value(s, "memory"), bytes],
];

let span = "hour";
let last = null;

function value(samples, field) { return samples.map((sample) => sample[field]); }

// What a counter gained per second between one sample and the next; a restart counts as nothing.
function rate(samples, field) {
  const rates = samples.slice(1).map((sample, n) => {
    const seconds = (sample.at_ms - samples[n].at_ms) / 1000;
    return seconds > 0 ? Math.max(0, sample[field] - samples[n][field]) / seconds : 0;
  });
  return rates.length ? rates : [0];
}

function count(n) { return n < 10 ? String(Math.round(n * 10) / 10) : Math.round(n).toLocaleString("en"); }

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) { n /= 1024; unit += 1; }
  return `${n < 10 && unit ? n.toFixed(1) : Math.round(n)} ${units[unit]}`;
}

function element(name, text, parent) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

// The line through the points, each at its time.
function drawn(points, times) {
  const top = Math.max(...points) || 1;
  const [first, length] = [times[0], times[times.length - 1] - times[0] || 1];
  const at = (n, x) => `${x.toFixed(1)} ${(HEIGHT - 4 - (n / top) * (HEIGHT - 8)).toFixed(1)}`;
  const line = points.map((n, i) => at(n, ((times[i] - first) / length) * WIDTH));
  if (line.length === 1) line.push(at(points[0], WIDTH));
  return `M${line.join("L")}`;
}

function plot(parent, [id, title, read, write], samples) {
  const points = read(samples);
  const [d, top] = [drawn(points, value(samples, "at_ms").slice(-points.length)), Math.max(...points)];
  const figure = element("figure", undefined, parent);
  figure.id = `plot-${id}`;
  const caption = element("figcaption", undefined, figure);
  element("span", title, caption);
  element("b", write(points[points.length - 1]), caption);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${title}: ${write(points[points.length - 1])} now, at most ${write(top)}`);
  const base = document.createElementNS(SVG, "line");
  for (const [name, at] of [["x1", 0], ["x2", WIDTH], ["y1", HEIGHT - 4], ["y2", HEIGHT - 4]]) base.setAttribute(name, at);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", d);
  svg.append(base, path);
  figure.append(svg);
  const scale = element("div", undefined, figure);
  scale.className = "scale";
  element("span", new Date(samples[0].at_ms).toLocaleTimeString(), scale);
  element("span", `at most ${write(top)}`, scale);
  element("span", "now", scale);
}

function show(status) {
  document.getElementById("version").textContent = status.version;
  const health = document.getElementById("health");
  const problem = status.problem ? `Not healthy: ${status.problem}` : status.ready ? "" : "No address to offer to others";
  health.textContent = problem || "Healthy, and offered to others";
  health.className = problem ? "bad" : "good";
  const facts = document.getElementById("facts");
  facts.replaceChildren();
  const rows = [
    ["Peer id", status.peer],
    ["Link", status.private ? "for members only: `kith-bootstrap address` prints it with the token" : status.link],
    ["Addresses", status.addresses.join(", ") || "none"],
    ["Offers", status.offers.join(", ")],
    ["Running for", duration(status.uptime_s)],
  ];
  if (status.notice) rows.push(["Notice", status.notice]);
  for (const [name, text] of rows) { element("dt", name, facts); element("dd", text, facts); }
  const plots = document.getElementById("plots");
  plots.replaceChildren();
  for (const each of PLOTS) plot(plots, each, status.history[span]);
  document.body.dataset.drawn = span;
}

function duration(seconds) {
  const [d, h, m] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return d ? `${d} d ${h} h` : h ? `${h} h ${m} min` : m ? `${m} min` : `${seconds} s`;
}

async function refresh() {
  try {
    const answer = await fetch("/status.json", { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    last = await answer.json();
    show(last);
  } catch (_gone) {
    const health = document.getElementById("health");
    health.textContent = "The node does not answer; trying again";
    health.className = "bad";
  }
}

for (const name of ["hour", "day"]) {
  document.getElementById(name).addEventListener("click", () => {
    span = name;
    for (const other of ["hour", "day"]) document.getElementById(other).setAttribute("aria-pressed", String(other === name));
    if (last) show(last);
  });
}
refresh();
setInterval(refresh, EVERY_MS);
