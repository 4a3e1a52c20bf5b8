// Makes what already works quicker: nothing here is the only way to do a thing.
"use strict";
(function () {
  const body = document.body;
  const year = 365 * 24 * 3600;

  function keep(name, value) {
    document.cookie = name + "=" + value + "; path=/; max-age=" + year + "; samesite=lax" +
      (location.protocol === "https:" ? "; secure" : "");
  }

  // The reader's time zone: told to the server once, unless chosen by hand on the preferences page.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !/(?:^|; )tieout_zone=/.test(document.cookie)) {
    keep("tieout_zone", zone.replace(/[^A-Za-z0-9_+\/-]/g, ""));
  }

  // Live numbers stand still while nobody looks, and catch up when somebody does.
  body.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && event.target.hasAttribute("data-live")) {
      event.preventDefault();
    }
  });
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden && window.htmx) {
      document.querySelectorAll("[data-live]").forEach(function (element) { window.htmx.trigger(element, "seen"); });
    }
  });

  // An answer that htmx would throw away (a limit, a lost login) is said instead of swallowed.
  function say(text) {
    const place = document.getElementById("messages");
    if (!place) { return; }
    const box = document.createElement("div");
    box.className = "alert alert-danger alert-line";
    box.setAttribute("role", "alert");
    box.textContent = text;
    place.replaceChildren(box);
  }
  body.addEventListener("htmx:responseError", function (event) {
    if (!event.target.hasAttribute("data-live")) {
      say(event.detail.xhr.getResponseHeader("X-Reason") || body.dataset.failed || "That did not work. Load the page again.");
    }
  });
  body.addEventListener("htmx:sendError", function (event) {
    if (!event.target.hasAttribute("data-live")) { say("Tieout does not answer. Is it running?"); }
  });

  // Bulk bar: appears with the first tick, counts, and forgets when the grid is drawn anew.
  function ticks() { return Array.from(document.querySelectorAll("input[name=id][form=bulk]")); }
  function refreshBulk() {
    const bar = document.getElementById("bulk-bar");
    if (!bar) { return; }
    const all = ticks();
    const chosen = all.filter(function (box) { return box.checked; });
    bar.classList.toggle("is-open", chosen.length > 0);
    bar.querySelectorAll("[data-chosen]").forEach(function (place) { place.textContent = String(chosen.length); });
    const head = document.getElementById("tick-all");
    if (head) {
      head.checked = all.length > 0 && chosen.length === all.length;
      head.indeterminate = chosen.length > 0 && chosen.length < all.length;
    }
  }
  body.addEventListener("change", function (event) {
    if (event.target.id === "tick-all") {
      ticks().forEach(function (box) { box.checked = event.target.checked; });
    }
    if (event.target.id === "tick-all" || event.target.name === "id") { refreshBulk(); }
    if (event.target.matches("select[data-go]") && event.target.value) { location.assign(event.target.value); }
  });
  body.addEventListener("htmx:afterSwap", refreshBulk);
  window.addEventListener("pageshow", refreshBulk);

  // On narrow screens all filters but the search are folded away.
  body.addEventListener("click", function (event) {
    const toggle = event.target.closest(".filters-toggle");
    if (toggle) {
      const open = toggle.closest(".filters").classList.toggle("is-open");
      toggle.setAttribute("aria-expanded", String(open));
    }
  });

  // The number that a prefix makes, while it is typed.
  body.addEventListener("input", function (event) {
    const field = event.target.closest("[data-preview]");
    if (field) { document.getElementById(field.dataset.preview).textContent = field.value + field.dataset.number; }
  });

  // Copy a value, for addresses that have to be pasted elsewhere.
  body.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    if (button && navigator.clipboard) {
      navigator.clipboard.writeText(button.dataset.copy).then(function () { button.classList.add("is-copied"); });
    }
    document.querySelectorAll("details.drop[open]").forEach(function (drop) {
      if (!drop.contains(event.target)) { drop.open = false; }
    });
  });

  // Asked once more before something that is hard to take back.
  body.addEventListener("submit", function (event) {
    const question = event.submitter && event.submitter.dataset.ask;
    if (question && !window.confirm(question)) { event.preventDefault(); }
  });

  // Single keys, as in mail programs; switched off on the preferences page.
  function rows() { return Array.from(document.querySelectorAll("tr[data-row]")); }
  function move(step) {
    const all = rows();
    if (!all.length) { return; }
    const at = all.findIndex(function (row) { return row.classList.contains("is-at"); });
    const next = Math.min(all.length - 1, Math.max(0, at + step));
    all.forEach(function (row) { row.classList.remove("is-at"); });
    all[next].classList.add("is-at");
    const target = all[next].querySelector("a, button, input");
    if (target) { target.focus({ preventScroll: true }); }
    all[next].scrollIntoView({ block: "nearest" });
  }
  function at() { return document.querySelector("tr[data-row].is-at"); }
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.drop[open]").forEach(function (drop) {
        drop.open = false;
        drop.querySelector("summary").focus();
      });
    }
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    if (body.dataset.singleKeys !== "on" || typing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const row = at();
    const actions = {
      "j": function () { move(1); },
      "k": function () { move(-1); },
      "x": function () { const box = row && row.querySelector("input[name=id]"); if (box) { box.click(); } },
      "o": function () { const link = row && row.querySelector("a[data-open]"); if (link) { link.click(); } },
      "s": function () { const button = row && row.querySelector("[data-sync]"); if (button) { button.click(); } },
      "/": function () { const box = document.querySelector("#id_q") || document.getElementById("find"); if (box) { box.focus(); box.select(); } },
      "?": function () { const list = document.getElementById("keys"); if (list) { list.open = !list.open; list.scrollIntoView({ block: "nearest" }); } }
    };
    if (Object.hasOwn(actions, event.key)) { event.preventDefault(); actions[event.key](); }
  });
  refreshBulk();
})();
