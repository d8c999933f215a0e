// The admin's end of the line to the app in its frame (app-bridge.js is the other).
"use strict";

(() => {
  const frame = document.querySelector("iframe");
  const base = frame.dataset.base; // /store/…/apps/…
  const app = new URL(frame.dataset.src).origin;
  const bar = document.getElementById("save-bar");
  const toast = document.getElementById("toast");
  const nav = document.getElementById("app-nav");
  let hideToast = 0;

  const tell = (message) => frame.contentWindow.postMessage({ appBridge: 1, ...message }, app);

  async function idToken(id) {
    try {
      const answer = await fetch(`${base}/id-token`, { method: "POST" });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      tell({ id, answer: (await answer.json()).token });
    } catch (problem) {
      tell({ id, problem: String(problem) });
    }
  }

  function showToast(text, isError) {
    toast.textContent = text;
    toast.classList.toggle("error", isError);
    clearTimeout(hideToast);
    hideToast = setTimeout(() => (toast.textContent = ""), 5000);
  }

  function showNav(links) {
    nav.replaceChildren(
      ...links
        .filter((link) => !link.home)
        .map((link) => {
          const item = document.createElement("a");
          item.href = base + link.go;
          item.textContent = link.text;
          item.addEventListener("click", (event) => {
            event.preventDefault();
            tell({ go: link.go });
          });
          return item;
        }),
    );
  }

  addEventListener("message", (event) => {
    if (event.origin !== app || event.source !== frame.contentWindow || !event.data?.appBridge) return;
    const told = event.data;
    if (told.ask === "id-token") idToken(told.id);
    if (told.path !== undefined) history.replaceState(null, "", base + (told.path === "/" ? "" : told.path));
    if (told.nav) showNav(told.nav);
    if (told.toast) showToast(told.toast, told.isError);
    if (told.saveBar !== undefined) bar.hidden = !told.saveBar;
    if (told.top && /^https?:/.test(told.top)) location.assign(told.top);
  });

  bar.addEventListener("click", (event) => event.target.value && tell({ saveBar: event.target.value }));
  // Only now: App Bridge asks as soon as it runs.
  frame.src = frame.dataset.src;
})();
