// Runs before the style sheets, so that a dark page never flashes light.
"use strict";
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    if (root.dataset.theme === "auto") {
      root.dataset.bsTheme = dark.matches ? "dark" : "light";
    }
  }
  dark.addEventListener("change", apply);
  apply();
})();
