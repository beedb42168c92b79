// Photos opened large in a dialog, one after another. Without this file each leads to a page of its own.
"use strict";
for (const group of document.querySelectorAll("[data-photos]")) {
  const photos = [...group.querySelectorAll("a[data-large]")];
  const dialog = document.createElement("dialog");
  const shown = document.createElement("img");
  const bar = document.createElement("div");
  const said = document.createElement("p");
  const sheet = document.createElement("a");
  let at = 0;

  const button = (label, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm";
    made.textContent = label;
    made.addEventListener("click", press);
    return made;
  };
  const show = (place) => {
    at = (place + photos.length) % photos.length;
    const { large, said: words, sheet: page } = photos[at].dataset;
    shown.src = large;
    shown.alt = photos[at].querySelector("img").alt;
    said.textContent = `${words}（${at + 1} / ${photos.length}）`;
    sheet.hidden = !page;
    sheet.href = page || "";
  };

  dialog.className = "photo-dialog";
  dialog.setAttribute("aria-label", "照片");
  said.setAttribute("aria-live", "polite");
  sheet.textContent = "看这份答卷";
  bar.className = "photo-bar";
  bar.append(
    said,
    sheet,
    button("上一张", () => show(at - 1)),
    button("下一张", () => show(at + 1)),
    button("关闭", () => dialog.close()),
  );
  dialog.append(bar, shown);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => photos[at].focus());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  document.body.append(dialog);
  photos.forEach((photo, place) =>
    photo.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(place);
      dialog.showModal();
    }),
  );
}
