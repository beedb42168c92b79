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
