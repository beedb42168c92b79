// Small things only: every page works without this file.
"use strict";

// A form that asks first: <form data-confirm="…?">.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    // A second click must not be a second request.
    for (const button of form.querySelectorAll("button[type=submit]")) setTimeout(() => { button.disabled = true; }, 0);
  }
});

// Coming back with the browser's own button shows the page as it was left: with buttons that can be pressed.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button[type=submit]")) button.disabled = false;
});
