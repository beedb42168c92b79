// Where everything starts.
import { $ } from "./http.js";
import * as desk from "./desk.js";
import * as people from "./people.js";
import * as phone from "./phone.js";
import { every, open, view } from "./room.js";
import * as sheets from "./sheets.js";

function follow() {
  const match = /^\/phones\/(.+)$/.exec(location.pathname);
  if (match) open(decodeURIComponent(match[1]), { push: false });
  else if (location.pathname === "/desk") view("desk");
  else open(null, { push: false });
}

for (const link of document.querySelectorAll("[data-go]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    history.pushState({}, "", link.getAttribute("href"));
    follow();
  });
}
window.addEventListener("popstate", follow);

people.start();
phone.start();
sheets.start();
desk.start();
$("#nobody").hidden = false;
follow();
every(1000, phone.refresh);
every(2000, people.refresh);
every(1000, desk.refresh);
