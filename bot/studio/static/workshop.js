// Keeps an open page as new as the folder, and posts small forms without leaving the page.
//
// Every page works without this: forms are ordinary forms. What carries `data-live` and an id is exchanged for the same
// part of a newer answer; whoever is typing in such a part keeps it until they leave it.

"use strict";

const newest = (answer) => new DOMParser().parseFromString(answer, "text/html");

const isInUse = (part) => part.contains(document.activeElement) && part.querySelector("textarea, input:not([type=hidden])");

function exchange(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = page.getElementById(part.id);
    if (!other || part.innerHTML === other.innerHTML || isInUse(part)) continue;
    const open = [...part.querySelectorAll("details")].map((one) => one.open);
    const scrolled = [...part.querySelectorAll(".map, .wide")].map((one) => [one.scrollLeft, one.scrollTop]);
    part.className = other.className;
    part.replaceChildren(...other.childNodes);
    part.querySelectorAll("details").forEach((one, at) => { if (open[at]) one.open = true; });
    part.querySelectorAll(".map, .wide").forEach((one, at) => { if (scrolled[at]) one.scrollTo(...scrolled[at]); });
  }
  for (const phone of page.querySelectorAll("section.phone")) document.querySelector("section.phone").className = phone.className;
  document.body.dataset.seen = page.body.dataset.seen;
  toTheEnd();
}

function toTheEnd() {
  const talk = document.getElementById("talk");
  if (talk) talk.scrollTop = talk.scrollHeight;
}

function toTheStart() {
  for (const map of document.querySelectorAll(".map")) map.scrollLeft = map.dataset.start - map.clientWidth / 2;
}

async function renew() {
  const answer = await fetch(location.href);
  if (answer.ok) exchange(newest(await answer.text()));
}

// ------------------------------------------------------------------------------------------------ small forms

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-swap]")) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  const data = new FormData(form, event.submitter);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (!answer.ok) return location.reload();
    if ("clear" in form.dataset) form.querySelector("input[name=text]").value = "";
    exchange(newest(await answer.text()));
  } finally {
    form.removeAttribute("aria-busy");
  }
  const field = document.querySelector("form.say input[name=text]");
  if (field && matchMedia("(hover: hover)").matches) field.focus();
});

// ------------------------------------------------------------------------------------------------ a saved file

// Browsers open six connections to a host and no more: of all tabs one listens and tells the others.
const tabs = new BroadcastChannel("workshop");

const heard = (number) => { if (number !== document.body.dataset.seen) renew(); };
tabs.onmessage = (event) => heard(event.data);

function listen() {
  const stream = new EventSource("/events?after=" + document.body.dataset.seen);
  stream.onmessage = (event) => { heard(event.data); tabs.postMessage(event.data); };
  stream.onerror = () => { if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000); };
}

if (document.body.dataset.seen) {
  if (navigator.locks) navigator.locks.request("workshop", () => new Promise(listen));
  else listen(); // an address without https that is not this machine
}
toTheEnd();
toTheStart();
