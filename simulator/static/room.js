// What the three parts of the page share: who is open, what time it is, and how to say that something went wrong.
import { $, make } from "./http.js";

export const room = { account: null, openid: null, person: null, listeners: [] };

export const now = () => (room.account ? room.account.now : new Date().toISOString());

// Tell every part that another phone was opened.
export function open(openid, { push = true } = {}) {
  room.openid = openid;
  room.person = null;
  if (push) history.pushState({}, "", openid ? `/phones/${encodeURIComponent(openid)}` : "/");
  view(openid ? "phone" : "list");
  for (const listener of room.listeners) listener(openid);
}

export function view(name) {
  document.body.dataset.view = name;
}

export function complain(error) {
  const old = $("#complaint");
  if (old) old.remove();
  const line = make("p", { id: "complaint", role: "alert", textContent: error.message });
  document.body.append(line);
  setTimeout(() => line.remove(), 5000);
}

// Call again and again while the page is looked at; a failure is shown once until it works again.
export function every(milliseconds, task) {
  let failed = false;
  const turn = async () => {
    if (!document.hidden) {
      try {
        await task();
        failed = false;
      } catch (error) {
        if (!failed) complain(error);
        failed = true;
      }
    }
    setTimeout(turn, milliseconds);
  };
  turn();
}
