// Files are fetched, for only a fetch carries our token; then they are handed to the browser as a download.
"use strict";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-download]");
  if (!link) return;
  event.preventDefault();
  const problem = document.querySelector("[data-download-problem]");
  problem.hidden = true;
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const file = document.createElement("a");
    file.href = URL.createObjectURL(await answer.blob());
    file.download = link.dataset.download;
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 60_000);
  } catch {
    problem.hidden = false;
  }
});
