// What a browser does when it opens a page and does not do when the page is fetched: begin at its top, say its name.
"use strict";

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target;
  if (target && target !== document.body) return;
  const first = document.querySelector("[data-focus-first]") ?? document.querySelector("h1");
  if (!first) return;
  first.setAttribute("tabindex", "-1");
  first.focus({ preventScroll: true });
  if (first.matches("h1")) window.scrollTo(0, 0);
  else first.scrollIntoView({ block: "center" });
});
