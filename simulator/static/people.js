// The list of phones.
import { $, ask, avatar, make, moment } from "./http.js";
import { complain, now, open, room } from "./room.js";

const seen = new Map();

function preview(person) {
  if (!person.last) return person.is_following ? "" : "未关注";
  return person.last.replace(/<[^>]+>/g, "").replace(/\n/g, " ");
}

function row(person) {
  if (!seen.has(person.openid) || person.openid === room.openid) seen.set(person.openid, person.entries);
  const unread = person.entries - seen.get(person.openid);
  const face = make("span.face", {}, avatar(person.name), unread > 0 ? make("b.badge", { textContent: unread }) : null);
  const name = make("strong", { textContent: person.name });
  const at = make("time", { textContent: person.last_at ? moment(person.last_at, now()) : "" });
  const said = make("span.said", { textContent: preview(person) });
  const item = make("a.person", { href: `/phones/${person.openid}`, data: { phone: person.openid, name: person.name } },
    face, make("span.lines", {}, make("span.top", {}, name, at), said));
  item.classList.toggle("is-open", person.openid === room.openid);
  item.classList.toggle("is-stranger", !person.is_following);
  item.addEventListener("click", (event) => {
    event.preventDefault();
    open(person.openid);
    refresh().catch(complain);
  });
  return make("li", {}, item);
}

let drawn = "";

export async function refresh() {
  const found = await ask(`followers?limit=60&search=${encodeURIComponent($("#search").value)}`);
  $("#people-count").textContent = found.total > found.followers.length ? `${found.followers.length} / ${found.total}` : found.total || "";
  // Drawn anew only when something changed, so that a row does not vanish under a finger.
  const picture = JSON.stringify([found.followers, room.openid]);
  if (picture === drawn) return;
  drawn = picture;
  $("#list").replaceChildren(...found.followers.map(row));
}

export function start() {
  $("#search").addEventListener("input", () => refresh().catch(complain));
  $("#new-person").addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = $("#new-name").value.trim();
    if (!name) return;
    try {
      const { followers } = await ask("followers", { name });
      $("#new-name").value = "";
      open(followers[0].openid);
      await refresh();
    } catch (error) {
      complain(error);
    }
  });
}
