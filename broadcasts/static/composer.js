// The form of a push: the phone beside it shows what is being written, and whoever leaves is asked first.
"use strict";

(() => {
  const form = document.getElementById("push-form");
  const phone = document.getElementById("push-phone");
  const said = phone.querySelector(".chat-said");
  const card = phone.querySelector(".chat-card");
  const numbers = phone.dataset.numbers.split(" ");
  const words = card.querySelector("p");
  const title = card.querySelector("b");
  // What the server shows of an article stays, as long as that article is chosen.
  const kept = { article: form.elements.article.value, words: form.dataset.digest };
  let dirty = form.hasAttribute("data-unsaved");

  function cover(address, name) {
    const made = document.createElement(address ? "img" : "div");
    if (address) Object.assign(made, { src: address, alt: "封面" });
    else Object.assign(made, { className: "blank-cover", textContent: name || "还没有封面" });
    card.firstElementChild.replaceWith(made);
  }

  function draw() {
    for (const each of form.querySelectorAll("[data-counts]")) {
      each.textContent = `${[...form.elements[each.dataset.counts].value].length} / ${each.dataset.most} 字`;
    }
    const { shows, kind, article, title: heading, words: written } = form.elements;
    const chosen = article.selectedOptions[0].dataset;
    const isArticle = shows.value === "article";
    const name = isArticle ? chosen.title ?? "" : heading.value.trim();
    const foot = kind.value === "promo" ? phone.dataset.foot : "";
    const buttons = [...form.querySelectorAll("[name=button_words]")].map((each) => each.value.trim()).filter(Boolean);
    const lines = buttons.map((each, n) => `${numbers[n]} ${each}`);
    said.textContent = [`【${name || "标题"}】`, written.value || "内容写在这里。", ...lines, foot].filter(Boolean).join("\n");
    const digest = article.value === kept.article ? kept.words : chosen.words;
    title.textContent = name || "还没有标题";
    words.textContent = [isArticle ? digest : shows.value === "card" ? written.value : "", foot].filter(Boolean).join("\n");
    if (isArticle) return cover(chosen.cover, name);
    const file = form.elements.picture_file.files[0];
    if (!file) return cover(form.querySelector("[name=picture]:checked + img")?.src, name);
    const reader = new FileReader();
    reader.onload = () => cover(reader.result, name);
    reader.readAsDataURL(file);
  }

  for (const event of ["input", "change"]) form.addEventListener(event, () => { dirty = true; draw(); });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  for (const each of phone.querySelectorAll("[data-without-script]")) each.hidden = true;
  draw();
})();
