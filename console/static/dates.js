// Calendars beside fields of a day or a moment (kit.day, kit.moment), in Chinese whatever the browser's language is.
// Without this file a day is typed. The library comes when the first such field is used.
"use strict";

// A scope of its own: scripts of one page share their names.
{
  const { script, style } = document.currentScript.dataset;
  const pickers = new WeakMap();
  let library = null;

  const LABELS = {
    application: "日历", navigation: "换月份", arrowNext: { month: "下个月", year: "后面的年份" },
    arrowPrev: { month: "上个月", year: "前面的年份" }, month: "选月份，现在是", months: "月份", year: "选年份，现在是", years: "年份",
    week: "星期", weekNumber: "第几周", dates: "日子",
  };

  function fetched() {
    library ??= new Promise((done, failed) => {
      const sheet = document.createElement("link");
      sheet.rel = "stylesheet";
      sheet.href = style;
      const code = document.createElement("script");
      code.src = script;
      code.addEventListener("load", done);
      code.addEventListener("error", failed);
      document.head.append(sheet, code);
    });
    return library;
  }

  const day = (field) => {
    const typed = /^\d{4}-\d{2}-\d{2}/.exec(field.value.trim())?.[0];
    return Number.isNaN(Date.parse(typed)) ? undefined : typed;
  };

  // A picked day takes the place of the typed one. The time behind it stays, and is what one writes next.
  function pick(field, picked) {
    if (field.dataset.picks === "day") {
      field.value = picked;
    } else {
      const time = /\d{1,2}:\d{2}/.exec(field.value)?.[0] ?? "09:00";
      field.value = `${picked} ${time}`;
    }
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
    field.focus();
    if (field.dataset.picks === "moment") field.setSelectionRange(picked.length + 1, field.value.length);
  }

  // The calendar shows the day that is typed.
  function follow(picker, field) {
    const typed = day(field);
    if (!typed) {
      picker.set({ selectedDates: [] }, { dates: true });
      return;
    }
    const [selectedYear, month] = typed.split("-").map(Number);
    picker.set({ selectedDates: [typed], selectedYear, selectedMonth: month - 1 }, { dates: true, month: true, year: true });
  }

  function open(field) {
    if (pickers.has(field)) return;
    const picker = new VanillaCalendarPro.Calendar(field, {
      inputMode: true,
      positionToInput: ["bottom", "left"],
      locale: "zh-CN",
      firstWeekday: 1,
      selectedTheme: "light",
      enableJumpToSelectedDate: true,
      labels: LABELS,
      selectedDates: day(field) ? [day(field)] : [],
      onShow: (self) => follow(self, field),
      onChangeToInput(self) {
        const [picked] = self.context.selectedDates;
        if (!picked) return;
        self.hide();
        pick(field, picked);
      },
    });
    pickers.set(field, picker);
    picker.init();
    picker.show();
    field.addEventListener("input", () => follow(picker, field));
  }

  document.addEventListener("focusin", (event) => {
    const field = event.target;
    if (!field.matches?.("input[data-picks]") || pickers.has(field)) return;
    fetched().then(() => { if (document.activeElement === field) open(field); });
  });
}
