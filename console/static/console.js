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

// Keys, where nobody types: j and k go through the rows, x ticks one, / leads to the search. Ctrl+Enter sends a draft.
document.addEventListener("keydown", (event) => {
  const at = document.activeElement;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && at?.matches("textarea[data-sends]")) {
    event.preventDefault();
    at.form.querySelector("button[type=submit]")?.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || at?.matches("textarea, select, input:not([type=checkbox]):not([type=radio])")) return;
  const rows = [...document.querySelectorAll("a.row-link")];
  if (event.key === "/") {
    const search = document.querySelector("form[role=search] input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if ((event.key === "j" || event.key === "k") && rows.length) {
    const now = rows.indexOf(at?.closest("tr")?.querySelector("a.row-link"));
    const next = now < 0 ? 0 : Math.min(Math.max(now + (event.key === "j" ? 1 : -1), 0), rows.length - 1);
    rows[next].focus();
  } else if (event.key === "x") {
    at?.closest("tr")?.querySelector("input[name=n]")?.click();
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
    if (box.checked) side.querySelector("a, summary").focus();
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
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.target.id === "waiting" && event.detail.xhr.status >= 400) event.preventDefault();
});

// A button that copies.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-copies]")) button.hidden = !navigator.clipboard;
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copies);
  const label = button.lastChild;
  const said = label.textContent;
  label.textContent = "已复制";
  setTimeout(() => { label.textContent = said; }, 2000);
});
