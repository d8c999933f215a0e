// Product rules change their place: by the buttons up and down, which then keep the focus, and by dragging.
// Without this script the buttons send the form, and the server moves the rule.
"use strict";

(() => {
  const listOf = (element) => element.closest("[data-rules]");

  const tell = (list, rule) => {
    const place = [...list.querySelectorAll("[data-rule]")].indexOf(rule) + 1;
    const told = list.closest("form").querySelector("[data-moved-to]");
    told.textContent = list.dataset.moved.replace("{place}", place);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const rule = button.closest("[data-rule]");
    const other = button.dataset.move === "up" ? rule.previousElementSibling : rule.nextElementSibling;
    if (other) rule.parentElement.insertBefore(button.dataset.move === "up" ? rule : other, button.dataset.move === "up" ? other : rule);
    button.focus();
    tell(listOf(rule), rule);
  }, true);

  let dragged = null;
  // A rule is draggable only while its grip is held, so that its text can still be marked.
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip) grip.closest("[data-rule]").draggable = true;
  });
  document.addEventListener("dragstart", (event) => {
    const rule = event.target.closest?.("[data-rule]");
    if (!rule) return;
    dragged = rule;
    event.dataTransfer.effectAllowed = "move";
    rule.classList.add("dragged");
  });
  document.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("[data-rule]");
    if (!dragged || !over || listOf(over) !== listOf(dragged)) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    listOf(over).insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
  });
  document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    dragged.draggable = false;
    tell(listOf(dragged), dragged);
    dragged = null;
  });
})();
