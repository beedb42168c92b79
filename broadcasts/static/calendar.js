// The calendar of pushes: a push that may still be moved is dragged to another day.
"use strict";

(() => {
  const month = document.getElementById("month-days");
  const form = document.getElementById("move-form");
  // On a phone the month is a list; there the form on the push's own card moves it.
  if (!month || !form || !window.Sortable || window.matchMedia("(max-width: 640px)").matches) return;
  month.classList.add("can-drag");

  function dropped({ item, from, to }) {
    if (from === to) return;
    form.action = item.dataset.move;
    form.elements.day.value = to.dataset.day;
    form.elements.stamp.value = item.dataset.stamp;
    if (item.dataset.asks && !window.confirm(item.dataset.asks)) {
      from.append(item);
      return;
    }
    form.submit();
  }

  for (const day of month.querySelectorAll("[data-day]")) {
    window.Sortable.create(day, { group: "days", draggable: "[data-move]", sort: false, animation: 150, ghostClass: "dragged", onEnd: dropped });
  }
})();
