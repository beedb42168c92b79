// The article's editor beside console/editor.js: marks by a press, what is pasted with its format, pictures from the
// clipboard, cards moved by keys, and how much of a limit is written.
"use strict";

(() => {
  const page = () => document.getElementById("editor");
  const HAS_FORM = /<(h[1-6]|li|table|img|blockquote|strong|b|a)\b/i;
  const send = (wanted, given = {}) => document.dispatchEvent(new CustomEvent("editor:send", { detail: { wanted, ...given } }));
  const card = (field) => field.closest?.("[data-kind]");

  // Marks

  function mark(field, kind) {
    const { selectionStart: from, selectionEnd: to, value } = field;
    const words = value.slice(from, to);
    const isBold = kind === "bold";
    const isOn = isBold && value.slice(from - 2, from) === "**" && value.slice(to, to + 2) === "**";
    field.focus();
    if (isOn) {
      field.setRangeText(words, from - 2, to + 2, "select");
    } else if (isBold) {
      field.setRangeText(`**${words || "加粗的字"}**`, from, to, "end");
      field.setSelectionRange(from + 2, field.selectionEnd - 2);
    } else {
      field.setRangeText(`[${words || "链接的字"}](https://)`, from, to, "end");
      field.setSelectionRange(field.selectionEnd - 1, field.selectionEnd - 1);
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-marks]");
    if (pressed) mark(document.getElementById(pressed.dataset.in), pressed.dataset.marks);
  }, true);

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    const own = page() && page().contains(field) && card(field);
    if (!own || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && ["b", "k"].includes(event.key) && own.querySelector(".marks")) {
      event.preventDefault();
      mark(own.querySelector(".block-text"), event.key === "b" ? "bold" : "link");
    }
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      const way = event.key === "ArrowUp" ? "up" : "down";
      if (!document.getElementById(`${way}-${own.dataset.code}`).disabled) send(`${way}:${own.dataset.code}`);
    }
  });

  // What is pasted

  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (field.form !== page()) return;
    const own = card(field);
    const html = event.clipboardData.getData("text/html");
    const text = event.clipboardData.getData("text/plain");
    const picture = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
    if (own && own.dataset.kind === "table" && field.matches(".cells input") && text.includes("\t")) {
      event.preventDefault();
      send(`cells:${field.id.replaceAll(".", ":")}`, { more: [["pasted_cells", text]] });
    } else if ((own || field.id === "pasted") && picture && !html) {
      event.preventDefault();
      send(`picture:${own ? own.dataset.code : ""}`, { files: [["shot", picture]] });
    } else if (html && ((own && field.matches(".block-text") && HAS_FORM.test(html) && /\n|<(table|img|li|h\d)\b/i.test(text + html))
      || field.id === "pasted")) {
      event.preventDefault();
      send(`paste:${own ? own.dataset.code : ""}`, { more: [["pasted_html", html]] });
    }
  });

  // How much is written

  function count(field) {
    const counted = document.querySelector(`[data-counts="${field.id}"]`);
    if (!counted) return;
    const most = Number(counted.dataset.most);
    const written = [...field.value.trim()].length;
    counted.textContent = `${written} / ${most} 字`;
    counted.classList.toggle("is-over", written > most);
  }

  function furnish() {
    for (const each of document.querySelectorAll("[data-with-script], .marks")) each.hidden = false;
    for (const counted of document.querySelectorAll("[data-counts]")) count(document.getElementById(counted.dataset.counts));
  }

  document.addEventListener("input", (event) => { if (event.target.id) count(event.target); });
  new MutationObserver(furnish).observe(document.querySelector(".composer"), { childList: true });
  furnish();
})();
