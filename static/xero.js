// Connecting Xero from inside the admin: every request is a fetch, because App Bridge gives only those our token.
"use strict";

async function post(path, form) {
  const answer = await fetch(path, { method: "POST", body: form });
  if (!answer.ok && answer.status !== 409) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

function say(sentence) {
  const place = document.querySelector("[data-xero-problem]");
  if (!place) return;
  place.textContent = sentence;
  place.hidden = false;
}

function goOn(path) {
  // App Bridge finds its admin by these.
  const here = new URLSearchParams(location.search);
  const kept = ["shop", "host", "embedded", "locale"].filter((name) => here.has(name));
  location.assign(`${path}?${new URLSearchParams(kept.map((name) => [name, here.get(name)]))}`);
}

async function perform(button, act) {
  if (button) button.disabled = true;
  try {
    await act();
  } catch {
    say("Crossfoot could not be reached. Check your connection and try again.");
    if (button) button.disabled = false;
  }
}

document.addEventListener("click", (event) => {
  const connect = event.target.closest("[data-xero-connect]");
  const disconnect = event.target.closest("[data-xero-disconnect]");
  if (connect) {
    // Consent pages refuse to be framed, so the whole window goes there.
    perform(connect, async () => open((await post("/xero/connect")).open, "_top"));
  } else if (disconnect) {
    perform(disconnect, async () => {
      const told = await post("/xero/disconnect");
      if (told.sentence) {
        say(told.sentence);
      } else {
        goOn(told.go);
      }
    });
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-xero-choose]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  perform(button, async () => {
    const told = await post(form.action, new FormData(form));
    if (told.go) {
      goOn(told.go);
    } else {
      say(told.sentence);
      button.disabled = false;
    }
  });
});

// An organisation that was connected before needs no second choice.
document.querySelector("[data-xero-choose][data-at-once]")?.requestSubmit();
