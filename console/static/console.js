// Small things only: every page works without this file.
"use strict";

// A form that asks first: <form data-confirm="…?">.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  // What opens in another frame or tab leaves this page as it is.
  if (form.method === "post" && !event.submitter?.formTarget) {
    // A second click must not be a second request.
    for (const button of form.querySelectorAll("button[type=submit]")) setTimeout(() => { button.disabled = true; }, 0);
  }
});

// A long list of boxes gets a field that hides what does not fit. What is ticked stays.
function shorten(root) {
  for (const list of root.querySelectorAll("fieldset[data-long]")) {
    if (list.querySelector(".pick-filter")) continue;
    const input = document.createElement("input");
    input.type = "search";
    input.className = "form-control pick-filter";
    input.placeholder = "找一找";
    input.setAttribute("aria-label", "在选项里找");
    input.addEventListener("input", () => {
      for (const each of list.querySelectorAll(".form-check")) {
        each.hidden = !each.textContent.includes(input.value.trim()) && !each.querySelector("input").checked;
      }
    });
    for (const event of ["change", "keydown"]) {
      input.addEventListener(event, (happened) => {
        happened.stopPropagation();
        if (happened.key === "Enter") happened.preventDefault();
      });
    }
    list.querySelector("legend").after(input);
    const ticked = list.querySelector("input:checked");
    const box = list.querySelector(".picks");
    if (ticked) box.scrollTop = ticked.closest("label").offsetTop - box.offsetTop;
  }
}
document.addEventListener("DOMContentLoaded", () => shorten(document));

// On a phone the tab of this page may lie outside: the row begins where it is seen.
document.addEventListener("DOMContentLoaded", () => {
  const here = document.querySelector(".tabs [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;
});
document.addEventListener("htmx:afterSettle", () => shorten(document));

// Coming back with the browser's own button shows the page as it was left: with buttons that can be pressed.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button[type=submit]:not([data-off])")) button.disabled = false;
});

// A page whose list renews itself, or in whose thread something comes in, loses nothing of what one is doing.
let kept = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target.matches("[data-keeps]")) return;
  const ticked = [...document.querySelectorAll("[data-keeps] input[type=checkbox]")].map((each) => [each.id, each.checked]);
  kept = { ticked, focus: document.activeElement?.id };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!kept) return;
  all();
  for (const [id, checked] of kept.ticked) {
    const box = document.getElementById(id);
    if (box) box.checked = checked;
  }
  if (kept.focus && document.activeElement === document.body) document.getElementById(kept.focus)?.focus({ preventScroll: true });
  kept = null;
  count();
});

// Signed out meanwhile: what was typed stays, to be copied; only a page without it goes to the sign-in.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const draft = document.querySelector("textarea[data-sends]");
  if (event.detail.xhr.status !== 401 || !draft?.value.trim()) return;
  event.preventDefault();
  if (document.getElementById("signed-out")) return;
  const said = document.createElement("p");
  said.id = "signed-out";
  said.className = "alert alert-warning";
  said.setAttribute("role", "alert");
  said.textContent = "登录已过期。请先复制您写的内容，再重新登录。";
  draft.before(said);
});

// A piece of a page that could not be brought says so where it is seen, and goes once one came again.
function failed(piece) {
  document.getElementById("failed")?.remove();
  if (!piece) return;
  piece.id = "failed";
  document.querySelector("#content .page-head")?.after(piece);
  piece.scrollIntoView({ block: "nearest" });
}
document.addEventListener("htmx:afterOnLoad", (event) => { if (event.detail.xhr.status < 400) failed(null); });
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401 || event.target.id === "waiting") return;
  // Only a piece of ours: what stands in front of us has pages of its own.
  const ours = xhr.status && new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("body > .alert");
  const piece = ours ? document.adoptNode(ours) : document.createElement("div");
  if (!ours) {
    piece.className = "alert alert-danger";
    piece.setAttribute("role", "alert");
    piece.textContent = "连不上服务器，这一页没有更新。您写的还在，请过一会儿再试。";
  }
  failed(piece);
});

// One box ticks the whole page.
function all() {
  const boxes = [...document.querySelectorAll("[data-keeps] input[name=n]")];
  const heading = document.querySelector("[data-keeps] thead th");
  if (boxes.length < 2 || heading.querySelector("input")) return;
  const box = document.createElement("input");
  box.type = "checkbox";
  box.id = "tick-all";
  box.className = "form-check-input";
  box.setAttribute("aria-label", "选这一页的全部");
  box.addEventListener("change", () => { for (const each of boxes) each.checked = box.checked; count(); });
  heading.replaceChildren(box);
}
document.addEventListener("DOMContentLoaded", all);

// How many are ticked.
function count() {
  const said = document.getElementById("ticked");
  if (!said) return;
  const number = document.querySelectorAll("[data-keeps] input[name=n]:checked").length;
  said.textContent = `已选 ${number} 条`;
  said.closest("form").hidden = !number;
}
document.addEventListener("change", (event) => { if (event.target.name === "n") count(); });
document.addEventListener("DOMContentLoaded", count);

// Keys, where nobody types. j and k go through the rows of lists, x ticks one; a button or link with data-key is pressed
// by that key ("e", "Alt+ArrowDown") and named in the panel by data-key-label, or by its own words. / is in find.js.
const SHOWN_KEYS = { ArrowDown: "↓", ArrowUp: "↑", Enter: "↵" };
function rowLinks() {
  return [...document.querySelectorAll("main .tbl tbody tr, main .rows > li")]
    .map((row) => row.querySelector("a.row-link") ?? row.querySelector("a[href]")).filter((link) => link?.checkVisibility());
}
function keysHere() {
  const found = [];
  const add = (keys, word) => found.push([keys, word]);
  if (document.querySelector("[data-finder], form[role=search]")) add(["/"], "搜索");
  if (rowLinks().length) { add(["j", "k"], "下一行　上一行"); add(["Enter"], "打开"); }
  if (document.querySelector("[data-keeps] input[name=n]")) add(["x"], "选中");
  for (const each of document.querySelectorAll("[data-key]")) {
    if (each.checkVisibility() && !each.disabled) add(each.dataset.key.split("+"), each.dataset.keyLabel ?? each.textContent.trim());
  }
  if (document.querySelector("textarea[data-sends]")) add(["Ctrl", "Enter"], "发送");
  if (document.querySelector("[data-undo]")) add(["z"], "撤销刚才那一步");
  add(["g", "h"], "回首页");
  add(["?"], "快捷键");
  return found;
}
function showKeys() {
  const panel = document.getElementById("keys");
  if (!panel || panel.open) return;
  const list = panel.querySelector("dl");
  list.replaceChildren();
  for (const [keys, word] of keysHere()) {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    for (const key of keys) {
      const kbd = document.createElement("kbd");
      kbd.textContent = SHOWN_KEYS[key] ?? key;
      dt.append(kbd, " ");
    }
    dd.textContent = word;
    list.append(dt, dd);
  }
  panel.showModal();
}
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-opens=keys]")) {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  }
});
// A press beside the panel closes it, as Esc does.
document.addEventListener("click", (event) => { if (event.target.matches("dialog.panel")) event.target.close(); });

let before = "";
document.addEventListener("keydown", (event) => {
  const at = document.activeElement;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && at?.matches("textarea[data-sends]")) {
    event.preventDefault();
    at.form.querySelector("button[type=submit]")?.click();
    return;
  }
  const isTyping = at?.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
  if (event.isComposing || document.querySelector("dialog[open]") || (isPlain && isTyping)) return;
  const held = ["Ctrl", "Alt"].filter((name) => event[`${name.toLowerCase()}Key`]).concat(event.key).join("+");
  const button = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === held && each.checkVisibility());
  if (button) {
    event.preventDefault();
    button.click();
    return;
  }
  if (!isPlain) return;
  const went = before;
  before = event.key;
  if (event.key === "?") {
    event.preventDefault();
    showKeys();
  } else if (event.key === "h" && went === "g") {
    document.querySelector(".brand[href], .head-name[href]")?.click();
  } else if (event.key === "z") {
    document.querySelector("[data-undo]")?.click();
  } else if (event.key === "j" || event.key === "k") {
    const rows = rowLinks();
    const now = rows.findIndex((link) => link.closest("tr, li") === at?.closest("tr, li"));
    const next = now < 0 ? 0 : Math.min(Math.max(now + (event.key === "j" ? 1 : -1), 0), rows.length - 1);
    rows[next]?.focus();
  } else if (event.key === "x") {
    at?.closest("tr, li")?.querySelector("input[name=n]")?.click();
  }
});

// What went well stands as a toast for ten seconds, longer while it is pointed at or holds the focus.
const LASTS = 10_000;
function toast(piece) {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    place.setAttribute("role", "status");
    (document.getElementById("content") ?? document.body).append(place);
  }
  let timer = 0;
  const stay = () => clearTimeout(timer);
  const leave = () => {
    stay();
    if (!piece.matches(":hover, :focus-within")) timer = setTimeout(() => piece.remove(), LASTS);
  };
  for (const name of ["pointerenter", "focusin"]) piece.addEventListener(name, stay);
  for (const name of ["pointerleave", "focusout"]) piece.addEventListener(name, () => setTimeout(leave, 0));
  place.append(piece);
  leave();
}
function say(words) {
  const piece = document.createElement("div");
  piece.className = "toast-bar";
  piece.textContent = words;
  toast(piece);
}
document.addEventListener("DOMContentLoaded", () => {
  for (const piece of document.querySelectorAll("[data-toast]")) {
    piece.className = "toast-bar";
    piece.removeAttribute("role");
    toast(piece);
  }
});

// A ready answer goes where the cursor stands; without this file its link puts it in place of what was written.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-insert]");
  const box = document.querySelector("textarea[data-sends]");
  if (!link || !box || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  box.setRangeText(link.dataset.insert, box.selectionStart, box.selectionEnd, "end");
  box.focus();
});

document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
});

// The menu: a drawer on a phone, a rail where somebody folds it. Both work without this file, but for Esc and the choice.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("drawer");
  const side = document.getElementById("menu");
  if (!box || !side) return;
  const column = document.querySelector(".page-column");
  const turned = () => {
    column.inert = box.checked;
    // Not before it can be seen, which takes a moment where it slides in.
    if (box.checked) setTimeout(() => side.querySelector(".side-link, summary").focus(), 50);
  };
  const close = () => {
    if (!box.checked) return;
    box.checked = false;
    turned();
    box.focus();
  };
  box.addEventListener("change", turned);
  // Past the last entry the focus comes back to the first: what lies behind cannot be reached.
  side.addEventListener("keydown", (event) => {
    if (!box.checked || event.key !== "Tab") return;
    const all = [...side.querySelectorAll("a, summary, button")].filter((each) => each.checkVisibility());
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0]).focus();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  window.matchMedia("(min-width: 1000px)").addEventListener("change", close);

  const shell = document.querySelector(".shell");
  const fold = document.getElementById("fold");
  const laptop = window.matchMedia("(max-width: 1279px)");
  const isRail = () => shell.classList.contains("rail") || (laptop.matches && !shell.classList.contains("wide"));
  const named = () => fold.setAttribute("aria-expanded", String(!isRail()));
  fold.hidden = false;
  named();
  laptop.addEventListener("change", named);
  fold.addEventListener("click", () => {
    const chosen = isRail() ? "wide" : "rail";
    shell.classList.remove("rail", "wide");
    shell.classList.add(chosen);
    document.cookie = `wuwei_menu=${chosen}; path=/console; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    named();
  });
  // On the rail a group shows its entries when it is pointed at; elsewhere it opens and closes by a press.
  for (const group of side.querySelectorAll("details")) {
    const was = group.open;
    group.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse" && isRail()) group.open = true; });
    group.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && isRail()) group.open = was; });
    group.querySelector("summary").addEventListener("click", (event) => {
      if (isRail() && event.detail && group.matches(":hover") && matchMedia("(hover: hover)").matches) event.preventDefault();
    });
  }
});

// What opens over the page closes by Esc and by a press beside it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.drop[open]")) {
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    open.open = false;
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open]")) if (!open.contains(event.target)) open.open = false;
});

// Counts of the menu are renewed quietly: where that fails, or somebody is signed out, the page stays as it is.
const title = document.title.replace(/^\(\d+\+?\) /, "");
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "waiting") return;
  const number = Number(event.target.dataset.count);
  document.title = number ? `(${number > 99 ? "99+" : number}) ${title}` : title;
  for (const sum of document.querySelectorAll(".side summary, .side-link")) {
    sum.classList.toggle("has-count", Boolean(sum.querySelector(".count:not([hidden])")));
  }
  heard();
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.target.id === "waiting" && event.detail.xhr.status >= 400) event.preventDefault();
});

// A sound for something new, where somebody chose it in this browser. One page of all that are open makes it.
const SOUND = "wuwei-sound";
const NEWEST = "wuwei-newest";
let air = null;
function breathe() {
  air ??= new AudioContext();
  air.resume();
}
function ring() {
  if (air?.state !== "running") return;
  for (const [at, pitch] of [[0, 880], [0.18, 1175]]) {
    const tone = new OscillatorNode(air, { frequency: pitch });
    const loud = new GainNode(air, { gain: 0 });
    const start = air.currentTime + at;
    loud.gain.setValueAtTime(0, start);
    loud.gain.linearRampToValueAtTime(0.15, start + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.001, start + 0.4);
    tone.connect(loud).connect(air.destination);
    tone.start(start);
    tone.stop(start + 0.45);
  }
}
function heard() {
  const newest = document.getElementById("waiting")?.dataset.newest ?? "";
  const numbers = (words) => words.split("-").map(Number);
  const known = numbers(localStorage.getItem(NEWEST) ?? newest);
  if (localStorage.getItem(SOUND) && numbers(newest).some((number, place) => number > (known[place] ?? number))) ring();
  localStorage.setItem(NEWEST, newest);
}
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("rings");
  if (!box || !("AudioContext" in window)) return;
  box.closest("label").hidden = false;
  box.checked = Boolean(localStorage.getItem(SOUND));
  box.addEventListener("change", () => {
    if (!box.checked) return localStorage.removeItem(SOUND);
    localStorage.setItem(SOUND, "1");
    breathe();
    ring();
  });
  localStorage.setItem(NEWEST, document.getElementById("waiting").dataset.newest);
  // A browser lets a page be heard only after it was touched.
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, () => { if (localStorage.getItem(SOUND)) breathe(); }, { once: true });
  }
});
// A field for a file says in our words what to do, and what was chosen.
function nameFiles(root) {
  for (const input of root.querySelectorAll("input[type=file].form-control")) {
    const place = document.createElement("div");
    const said = document.createElement("span");
    place.className = "file form-control";
    said.className = "one";
    input.before(place);
    place.append(input, said);
    input.classList.remove("form-control");
    const told = () => {
      const names = [...input.files].map((file) => file.name);
      said.textContent = names.join("、") || (input.multiple ? "选择文件，可以选几个" : "选择文件");
      said.classList.toggle("muted", !names.length);
    };
    input.addEventListener("change", told);
    input.form?.addEventListener("reset", () => setTimeout(told, 0));
    told();
  }
}
document.addEventListener("DOMContentLoaded", () => nameFiles(document));
document.addEventListener("htmx:afterSettle", () => nameFiles(document));

// A button that copies.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  if (navigator.clipboard) await navigator.clipboard.writeText(button.dataset.copies);
  else { // no https, as in a house's own net: the older way
    const field = document.createElement("textarea");
    field.value = button.dataset.copies;
    button.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  say(`已复制${button.dataset.named ?? ""}`);
});
