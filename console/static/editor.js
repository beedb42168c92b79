// A page on which a form of cards is edited, without a full reload: the server draws the form, this only sends and shows
// it. It adds dragging, the preview beside the form, and a copy of what is not saved yet in this browser; where the form
// says how long after the last key (data-autosave, in milliseconds), it saves by itself.
"use strict";

(() => {
  const QUIET = 600;
  const page = () => document.getElementById("editor");
  const desk = () => page().closest("#content > *");
  const frame = document.getElementById("preview-frame");
  const key = page().dataset.keep;
  let dirty = page().hasAttribute("data-unsaved");
  let busy = false;
  let at = "";
  let keeping = 0;
  let looking = 0;
  let looks = 0;
  let reaching = 0;
  let reaches = 0;
  let saving = 0;
  let underway = null;

  function say(text, isWrong) {
    const kept = document.getElementById("kept");
    kept.replaceChildren(isWrong || dirty ? Object.assign(document.createElement("strong"), { textContent: text }) : text);
  }

  // What is not saved

  function fields() {
    return [...new FormData(page())].filter(([name, value]) => name !== "form_token" && typeof value === "string");
  }

  function changed() {
    dirty = true;
    say("有没存的改动");
    later();
  }

  function later() {
    clearTimeout(keeping);
    clearTimeout(looking);
    keeping = setTimeout(() => {
      if (dirty) localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields: fields() }));
    }, QUIET);
    looking = setTimeout(look, QUIET);
    clearTimeout(saving);
    const pause = Number(page().dataset.autosave);
    if (pause) saving = setTimeout(() => { underway ||= autosave().finally(() => { underway = null; }); }, pause);
  }

  function offerBack() {
    const kept = localStorage.getItem(key);
    if (!kept || dirty) return;
    const { at: moment, fields: old } = JSON.parse(kept);
    if (JSON.stringify(spoken(old)) === JSON.stringify(spoken())) return localStorage.removeItem(key);
    const box = document.createElement("div");
    box.className = "note note_warn restore";
    box.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = `这台电脑上有 ${new Date(moment).toLocaleString("zh-CN")} 没存的内容。`;
    const back = button("恢复", async () => { if (await send("show", old)) box.remove(); });
    const away = button("不要了", () => { localStorage.removeItem(key); box.remove(); });
    box.append(words, back, away);
    desk().before(box);
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  // Sending

  async function send(wanted, given, before = [], files = []) {
    if (underway) await underway;
    if (busy) return false;
    given ||= fields();
    busy = true;
    page().setAttribute("aria-busy", "true");
    clearTimeout(keeping);
    clearTimeout(looking);
    const saves = /^(save|publish|overwrite)/.test(wanted);
    const focused = document.activeElement && document.activeElement.id;
    const sent = written();
    // The next field is on its way: what is typed meanwhile was meant for it.
    const moves = /^(option|add|copy|insert):/.test(wanted);
    let typed = "";
    try {
      const body = new FormData();
      for (const [name, value] of given) body.append(name, value);
      for (const picked of page().querySelectorAll("[data-picture]")) if (picked.files.length) body.append(picked.name, picked.files[0]);
      for (const [name, file] of files) body.append(name, file);
      body.append("form_token", page().elements.form_token.value);
      body.append("do", wanted);
      for (const code of before) body.append("before", code);
      if (saves) say("正在保存…");
      const answer = await fetch(page().action, { method: "POST", body });
      const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = shown.getElementById("editor");
      if (!next) return await elsewhere(answer, shown);
      if (saves && answer.ok) localStorage.removeItem(key);
      dirty = !(saves && answer.ok);
      const meanwhile = [...written()].filter(([id, text]) => sent.has(id) && sent.get(id) !== text);
      const had = new Set(order());
      const reached = document.getElementById("reach");
      const now = document.activeElement;
      // Who went on to another field meanwhile stays there, at the same place of its text.
      const went = now.id && now.id !== focused && page().contains(now) && now.matches("input, textarea, select") ? now : null;
      const place = went && "selectionStart" in went ? [went.selectionStart, went.selectionEnd] : [null, null];
      page().replaceWith(document.adoptNode(next));
      document.getElementById("contents")?.replaceWith(document.adoptNode(shown.getElementById("contents")));
      if (reached) document.getElementById("reach").replaceWith(reached);
      for (const [id, text] of meanwhile) {
        if (moves && !went && id === focused) {
          typed = added(sent.get(id), text);
          if (typed) continue;
        }
        const field = document.getElementById(id);
        if (field) { field.value = text; dirty = true; say("有没存的改动"); }
      }
      announce(shown);
      prepare();
      settle(went ? "show" : wanted, went ? went.id : focused, order().find((code) => !had.has(code)));
      if (place[0] !== null && document.activeElement.id === went.id) document.activeElement.setSelectionRange(...place);
      if (typed && document.activeElement.matches("input, textarea")) {
        const field = document.activeElement;
        field.value += typed;
        field.setSelectionRange(field.value.length, field.value.length);
        dirty = true;
      }
      if (dirty) later(); else look();
      return true;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      say("没有连上，内容还在这一页。请检查网络，再点一次。", true);
      return false;
    } finally {
      busy = false;
      page().removeAttribute("aria-busy");
    }
  }

  // Saves what is written and leaves the form as it is, for somebody is typing in it. Only what says so is drawn anew.
  async function autosave() {
    if (!dirty || busy) return;
    const written = JSON.stringify(spoken());
    try {
      const body = words();
      body.append("do", "autosave");
      const answer = await fetch(page().action, { method: "POST", body });
      const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = shown.getElementById("editor");
      if (!next) return void await elsewhere(answer, shown);
      // Somebody else has saved meanwhile: the page shows what both wrote.
      if (!answer.ok) return void setTimeout(() => send("save"));
      page().elements.stamp.value = next.elements.stamp.value;
      dirty = JSON.stringify(spoken()) !== written;
      if (!dirty) localStorage.removeItem(key);
      for (const drawn of shown.querySelectorAll("[data-live]")) document.getElementById(drawn.id)?.replaceWith(document.adoptNode(drawn));
      if (dirty) later();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      say("没有连上，内容还在这一页，连上以后会再存。", true);
      later();
    }
  }

  // What somebody wrote, without the mark of what it was written over.
  const spoken = (given = fields()) => given.filter(([name]) => name !== "stamp");

  // A button that leads to another page is pressed as without script: that page says what was done.
  async function leave(wanted) {
    if (underway) await underway;
    clearTimeout(saving);
    // Saved first: a page that cannot be reached, or says no, then takes nothing with it and leaves no old copy behind.
    if (dirty && page().dataset.autosave) await autosave();
    if (dirty && page().dataset.autosave) return;
    dirty = false;
    page().append(Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: wanted }));
    page().submit();
  }

  // Not our page: published (go there), or signed out meanwhile.
  async function elsewhere(answer, shown) {
    const isEntry = answer.url.includes("/console/sign-in") || answer.url.includes("/console/password");
    if (answer.ok && !isEntry) {
      dirty = false;
      localStorage.removeItem(key);
      location.assign(answer.url);
      return false;
    }
    if (answer.status === 400 || isEntry) {
      // Signed in again in another tab: the new session's pages carry a new token.
      const again = await fetch(location.pathname);
      const fresh = new DOMParser().parseFromString(await again.text(), "text/html").getElementById("editor");
      if (fresh) {
        page().elements.form_token.value = fresh.elements.form_token.value;
        say("登录已更新，内容还在。请再点一次。", true);
      } else {
        say("登录已过期，内容还在这一页。请在新窗口登录，再回来点一次。", true);
        const link = Object.assign(document.createElement("a"), { href: "/console/sign-in", target: "_blank", textContent: "去登录", className: "ms-2" });
        document.getElementById("kept").append(link);
      }
      return false;
    }
    const said = shown.querySelector(".empty-subtitle");
    say(said ? said.textContent : "没有存上，内容还在这一页。请再点一次。", true);
    return false;
  }

  // What is typed while an answer is on its way must not be lost with the old form.
  function written() {
    const fields = page().querySelectorAll("input[id]:not([type=radio], [type=checkbox]), textarea[id]");
    return new Map([...fields].map((field) => [field.id, field.value]));
  }

  // What was typed into a text, at one place; nothing where it was changed otherwise.
  function added(before, after) {
    let start = 0;
    while (start < before.length && before[start] === after[start]) start += 1;
    return after.endsWith(before.slice(start)) ? after.slice(start, after.length - before.length + start) : "";
  }

  function announce(shown) {
    for (const old of document.querySelectorAll("#content > .note:not(.restore)")) old.remove();
    for (const note of shown.querySelectorAll("#content > .note")) desk().before(document.adoptNode(note));
  }

  function settle(wanted, focused, added) {
    const [verb, code] = wanted.split(":");
    let target = focused && document.getElementById(focused);
    if (added) target = document.getElementById(`${added}.text`);
    if (verb === "option" || verb === "paste") target = [...document.querySelectorAll(`#card-${CSS.escape(code)} .choice .form-control:not(.short)`)].pop();
    if (verb === "delete" || verb === "option_delete") target = document.getElementById("do-undo") || target;
    if (verb === "read") target = document.getElementById("do-take") || document.getElementById("pasted");
    if (target) {
      target.focus({ preventScroll: verb === "save" });
      if (target.disabled) target.closest(".tools")?.querySelector("button:not([disabled])")?.focus();
    }
    if (verb === "read") document.getElementById("paste-all").scrollIntoView();
    const wrong = verb === "save" && page().querySelector(".is-invalid, .invalid-feedback");
    if (wrong) wrong.scrollIntoView({ block: "center" });
  }

  // The form without pictures that are just being chosen.
  function words() {
    const body = new FormData();
    for (const [name, value] of new FormData(page())) if (typeof value === "string") body.append(name, value);
    return body;
  }

  // The preview

  async function look() {
    if (!frame) return;
    // Somebody may try the draft out meanwhile: an older look must not take the page away.
    clearTimeout(looking);
    const mine = ++looks;
    const body = words();
    if (at) body.append("at", at);
    const view = frame.contentDocument?.querySelector(".trial [aria-pressed]");
    if (view) body.append("view", view.value);
    const answer = await fetch(page().dataset.preview, { method: "POST", body });
    if (!answer.ok || answer.redirected) return;
    const text = await answer.text();
    // The frame's own parser: what is seen there may carry styles, by a policy that is not this page's.
    const reader = frame.contentWindow?.DOMParser;
    const screen = reader && new reader().parseFromString(text, "text/html").getElementById("screen");
    if (mine !== looks) return;
    const old = frame.contentDocument?.getElementById("screen");
    if (screen && old) old.replaceWith(frame.contentDocument.adoptNode(screen));
  }

  // Whom it would ask, where the page has an address to look that up

  async function reach() {
    clearTimeout(reaching);
    if (!page().dataset.reach) return;
    const mine = ++reaches;
    const answer = await fetch(page().dataset.reach, { method: "POST", body: words() });
    if (!answer.ok || answer.redirected) return;
    const text = await answer.text();
    if (mine === reaches) document.getElementById("reach").replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  }

  // The page itself

  const order = () => [...page().querySelectorAll("#items > .item")].map((card) => card.dataset.code);

  function prepare() {
    const contents = document.getElementById("contents");
    page().classList.add("can-drag");
    let before = [];
    const moved = () => { if (String(before) !== String(order())) send("show", null, before); };
    Sortable.create(document.getElementById("items"), {
      handle: ".item-head .handle", animation: 150, ghostClass: "dragged",
      onStart: () => { before = order(); }, onEnd: moved,
    });
    contents?.classList.add("can-drag");
    // A line of the contents moves its card.
    if (contents) Sortable.create(document.getElementById("contents-lines"), {
      animation: 150, ghostClass: "dragged", delay: 150, delayOnTouchOnly: true,
      onStart: () => { before = order(); },
      onEnd: () => {
        const cards = document.getElementById("items");
        for (const line of contents.querySelectorAll("[data-code]")) cards.append(document.getElementById(`card-${line.dataset.code}`));
        moved();
      },
    });
    for (const list of page().querySelectorAll(".choices")) {
      Sortable.create(list, {
        handle: ".handle", draggable: ".choice", animation: 150, ghostClass: "dragged",
        onEnd: (event) => { if (event.oldIndex !== event.newIndex) send("show"); },
      });
    }
    mark();
  }

  // Which line of the contents is being written.
  function mark() {
    for (const line of document.querySelectorAll("#contents [data-code]")) line.classList.toggle("here", line.dataset.code === at);
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== page()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const wanted = event.submitter ? event.submitter.value : "show";
    if (wanted === "preview") {
      at = "";
      look();
    } else if (event.submitter?.hasAttribute("data-leaves")) leave(wanted);
    else send(wanted);
  }, true);

  // Several lines pasted into one option are several options.
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (field.form !== page() || !field.matches(".choice .form-control:not(.short)")) return;
    const text = event.clipboardData.getData("text/plain");
    if (text.split("\n").filter((line) => line.trim()).length < 2) return;
    event.preventDefault();
    const code = field.closest(".item").dataset.code;
    document.getElementById(`${code}.paste`).value = text;
    send(`paste:${code}`);
  });

  // Asked for by a script of the page's own: a button, with fields and files that stand in no field of the form.
  document.addEventListener("editor:send", (event) => {
    const { wanted, more = [], files = [] } = event.detail;
    send(wanted, [...fields(), ...more], [], files);
  });
  document.addEventListener("editor:changed", changed);
  document.addEventListener("input", (event) => { if (event.target.form === page()) changed(); });
  document.addEventListener("change", (event) => {
    if (event.target.closest(".picker")) {
      clearTimeout(reaching);
      reaching = setTimeout(reach, QUIET);
    }
    if (event.target.form === page() && event.target.matches("[data-refresh], [data-picture]")) send("show");
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || field.form !== page() || field.tagName !== "INPUT") return;
    event.preventDefault();
    if (field.dataset.add) send(field.dataset.add);
  });
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest?.(".item");
    if (card && card.dataset.code !== at) {
      at = card.dataset.code;
      mark();
      if (!dirty) look(); else later();
    }
  });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  prepare();
  offerBack();
  reach();
})();
