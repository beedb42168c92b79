// The search in the head: a combobox over the panel that htmx brings. Without this file its form leads to a page.
"use strict";

for (const finder of document.querySelectorAll("[data-finder]")) {
  const box = finder.querySelector("[role=combobox]");
  const panel = finder.querySelector("[role=listbox]");
  const said = finder.querySelector("[data-find-said]");
  const options = () => [...panel.querySelectorAll("[role=option]")];
  let active = null;

  const choose = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option;
    if (!active) return box.removeAttribute("aria-activedescendant");
    active.setAttribute("aria-selected", "true");
    active.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", active.id);
  };
  const show = (is_shown) => {
    panel.hidden = !is_shown;
    box.setAttribute("aria-expanded", String(is_shown && options().length > 0));
    if (!is_shown) choose(null);
  };

  panel.addEventListener("htmx:afterSwap", () => {
    choose(null);
    const hits = panel.querySelectorAll("[role=group] [role=option]").length;
    said.textContent = !box.value.trim() ? "" : hits ? `找到 ${hits} 条，按上下键选择` : "没有找到";
    show(panel.childElementCount > 0 && finder.contains(document.activeElement));
  });
  box.addEventListener("focus", () => { if (box.value.trim() && panel.childElementCount) show(true); });
  finder.addEventListener("focusout", (event) => { if (!finder.contains(event.relatedTarget)) show(false); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the keys belong to the input method that writes Chinese
    if (event.key === "Escape") {
      event.preventDefault();
      if (panel.hidden) box.blur(); else show(false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = options();
      if (!all.length) return;
      event.preventDefault();
      if (panel.hidden) show(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const at = active ? all.indexOf(active) + step : step > 0 ? 0 : all.length - 1;
      choose(all[(at + all.length) % all.length]);
    } else if (event.key === "Enter" && active && !panel.hidden) {
      event.preventDefault();
      active.click();
    }
  });

  document.addEventListener("keydown", (event) => {
    const typing = document.activeElement?.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
