// A stand-in for Shopify's App Bridge, served by the sandbox alone. It runs in the app's frame and speaks to the admin
// around it (admin-frame.js) by postMessage. It does what Crossfoot relies on, and no more:
//
//   shopify.idToken()   a fresh token, good for a minute     shopify.toast.show(text)
//   fetch               signed for the app's own origin, once more after 401 with the retry header; XHR is not
//   shopify-reload      the reload page goes back to that path with a token
//   ui-nav-menu, s-app-nav, [data-save-bar], ui-save-bar, open(url, "_top"), the address outside
"use strict";

(() => {
  const admin = new URL(document.currentScript.src).origin;
  const here = new URL(location.href);
  const RETRY = "X-Shopify-Retry-Invalid-Session-Request";
  const waiting = new Map();
  let asked = 0;

  // Nothing is kept from page to page: where third-party storage is blocked, as in a private window, there is none.
  const config = { apiKey: document.querySelector("meta[name=shopify-api-key]")?.content };
  for (const name of ["host", "shop", "locale"]) config[name] = here.searchParams.get(name);

  const tell = (message) => parent.postMessage({ appBridge: 1, ...message }, admin);
  const ask = (message) =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      tell({ ...message, id: asked });
    });

  addEventListener("message", (event) => {
    if (event.origin !== admin || event.source !== parent || !event.data?.appBridge) return;
    const { id, answer, problem, go, saveBar } = event.data;
    if (go) location.assign(go);
    if (saveBar) decide(saveBar);
    const promise = waiting.get(id);
    if (!promise) return;
    waiting.delete(id);
    problem ? promise.reject(new Error(problem)) : promise.resolve(answer);
  });

  const idToken = () => ask({ ask: "id-token" });

  // fetch: Shopify signs requests to the app's own origin only, and leaves a header alone that is there already.
  const plainFetch = window.fetch.bind(window);
  window.fetch = async (resource, options) => {
    const request = new Request(resource, options);
    if (new URL(request.url).origin !== location.origin || request.headers.has("Authorization")) {
      return plainFetch(request);
    }
    const signed = async () => {
      const copy = request.clone();
      copy.headers.set("Authorization", `Bearer ${await idToken()}`);
      return plainFetch(copy);
    };
    const answer = await signed();
    return answer.status === 401 && answer.headers.has(RETRY) ? signed() : answer;
  };

  const plainOpen = window.open.bind(window);
  window.open = (url, target, ...rest) => {
    if (target !== "_top") return plainOpen(url, target, ...rest);
    tell({ top: new URL(url, location.href).href });
    return null;
  };

  const toast = { show: (text, options) => (tell({ toast: String(text), isError: Boolean(options?.isError) }), "toast") };
  const saveBar = {
    show: async () => tell({ saveBar: true }),
    hide: async () => tell({ saveBar: false }),
    toggle: async (id) => tell({ saveBar: !document.getElementById(id)?.showing }),
    leaveConfirmation: async () => undefined,
  };
  window.shopify = { config, idToken, toast, saveBar, environment: { embedded: true, mobile: false, pos: false } };

  const reload = here.searchParams.get("shopify-reload");
  if (reload !== null) {
    const target = new URL(reload, location.origin);
    if (target.origin !== location.origin) return;
    idToken().then((token) => {
      target.searchParams.set("id_token", token);
      location.replace(target);
    });
    return;
  }

  let bar = null; // the form or ui-save-bar that has changes
  const decide = (answer) => {
    tell({ saveBar: false });
    const form = bar;
    bar = null;
    if (!form) return;
    answer === "save" ? form.requestSubmit() : form.reset();
  };
  addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-save-bar]");
    if (form) (bar = form), tell({ saveBar: true });
  });
  addEventListener("submit", (event) => event.target === bar && ((bar = null), tell({ saveBar: false })));

  const outside = () => {
    const path = new URL(location.href);
    for (const name of ["embedded", "host", "id_token", "locale", "shop", "timestamp", "hmac", "session"]) {
      path.searchParams.delete(name);
    }
    tell({ path: path.pathname + path.search });
  };
  const navigation = () => {
    const menu = document.querySelector("ui-nav-menu, s-app-nav");
    const links = [...(menu?.querySelectorAll("a[href], s-link[href]") ?? [])];
    if (menu) menu.hidden = true;
    tell({ nav: links.map((link) => ({ text: link.textContent.trim(), go: link.getAttribute("href"), home: link.rel === "home" })) });
  };
  const started = () => {
    navigation();
    outside();
    new MutationObserver(navigation).observe(document.body, { childList: true });
  };
  for (const name of ["pushState", "replaceState"]) {
    const plain = history[name].bind(history);
    history[name] = (...told) => (plain(...told), outside());
  }
  addEventListener("popstate", outside);
  document.readyState === "loading" ? addEventListener("DOMContentLoaded", started) : started();
})();
