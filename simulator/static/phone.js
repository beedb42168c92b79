// The open phone: its chat, menu bar, tools and in-app browser.
import { $, ask, make } from "./http.js";
import { draw, separator } from "./chat.js";
import { complain, now, room } from "./room.js";
import * as sheets from "./sheets.js";

let shown = 0;
let lastAt = 0;
let menuDrawn = "";
let isWriting = false;
let turn = 0;

export const phone = {
  name: () => (room.person ? room.person.name : ""),
  async act(action, body = {}) {
    try {
      const answer = await ask(`followers/${encodeURIComponent(room.openid)}/${action}`, body);
      await refresh();
      return answer;
    } catch (error) {
      complain(error);
      return null;
    }
  },
  browse,
};

// Addresses for open.weixin.qq.com stay on this desk, and are told at once who opens them.
function inside(url) {
  const target = new URL(url, location.href);
  if (target.pathname !== "/connect/oauth2/authorize") return target.href;
  const here = new URL(target.pathname + target.search, location.origin);
  here.searchParams.set("simulator_openid", room.openid);
  return here.href;
}

function browse(url) {
  let target;
  try {
    target = inside(url);
  } catch (error) {
    complain(error);
    return;
  }
  // The name stays with the frame wherever the app sends it; the authorize page reads it.
  const frame = make("iframe", { name: `phone:${room.openid}`, src: target, title: "网页" });
  $("#browser-host").textContent = new URL(target).host;
  $("#browser-out").onclick = () => window.open(target, `phone:${room.openid}`);
  $("#browser-view").replaceChildren(frame);
  $("#browser").hidden = false;
}

function closeBrowser() {
  $("#browser").hidden = true;
  $("#browser-view").replaceChildren();
}

async function tapMenu(button, names) {
  closeMenus();
  if (button.type.startsWith("scancode")) {
    sheets.ask("扫一扫", [["result", "扫到的内容", "6901028001915"]], ({ result }) => phone.act("tap_menu", { names, result }));
    return;
  }
  await phone.act("tap_menu", { names });
  if (button.type === "view") browse(button.url);
}

function closeMenus() {
  for (const open of document.querySelectorAll(".menu-top.is-open")) open.classList.remove("is-open");
}

function drawMenu(buttons) {
  const picture = JSON.stringify(buttons);
  if (picture === menuDrawn) return;
  menuDrawn = picture;
  $("#menu").replaceChildren(...buttons.map((button) => {
    const subs = button.sub_button || [];
    const top = make("div.menu-top");
    const opener = make("button.menu-item", { type: "button", data: { name: button.name }, textContent: button.name });
    if (subs.length) {
      opener.classList.add("has-subs");
      opener.addEventListener("click", () => {
        const wasOpen = top.classList.contains("is-open");
        closeMenus();
        top.classList.toggle("is-open", !wasOpen);
      });
      top.append(make("div.menu-list", {}, ...subs.map((sub) => make("button.menu-sub", {
        type: "button", textContent: sub.name, data: { name: sub.name }, on: { click: () => tapMenu(sub, [button.name, sub.name]) },
      }))));
    } else {
      opener.addEventListener("click", () => tapMenu(button, [button.name]));
    }
    top.prepend(opener);
    return top;
  }));
}

function drawPerson(person) {
  room.person = person;
  const isStranger = !person.is_following;
  $("#phone").dataset.phone = person.openid;
  $("#owner").textContent = person.name;
  $("#account-kind").textContent = person.is_typing ? "对方正在输入…" : room.account?.kind === "subscription" ? "订阅号" : "服务号";
  $("#stranger-name").textContent = room.account?.name || "";
  $("#stranger").hidden = !isStranger;
  $("#foot").hidden = isStranger;
  if (isStranger) $("#tools").hidden = true;
  drawMenu(person.menu);
  const hasMenu = person.menu.length > 0;
  $("#keyboard").hidden = !hasMenu;
  const showsMenu = hasMenu && !isWriting;
  $("#menu").hidden = !showsMenu;
  $("#write").hidden = showsMenu;
  $("#keyboard").textContent = showsMenu ? "⌨" : "☰";
}

export async function refresh() {
  const openid = room.openid;
  if (!openid) return;
  const mine = ++turn;
  const { entries, follower } = await ask(`followers/${encodeURIComponent(openid)}/entries?after=${shown}`);
  if (mine !== turn || openid !== room.openid) return; // another answer came first, or another phone was opened
  room.openid = follower.openid;
  $("#phone").hidden = false;
  $("#nobody").hidden = true;
  drawPerson(follower);
  const chat = $("#chat");
  const wasAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60 || shown === 0;
  for (const entry of entries) {
    const at = new Date(entry.at).getTime();
    if (at - lastAt > 5 * 60 * 1000) chat.append(separator(entry, now()));
    lastAt = at;
    chat.append(draw(entry, phone));
    shown = entry.number + 1;
  }
  chat.dataset.count = shown;
  const isMine = entries.some((entry) => entry.source === "person");
  if (entries.length && (wasAtEnd || isMine)) chat.scrollTop = chat.scrollHeight;
}

function reset(openid) {
  shown = 0;
  lastAt = 0;
  menuDrawn = "";
  isWriting = false;
  turn += 1;
  $("#chat").replaceChildren();
  $("#chat").dataset.count = 0;
  $("#tools").hidden = true;
  $("#phone").hidden = !openid;
  $("#nobody").hidden = Boolean(openid);
  closeBrowser();
  sheets.close();
  refresh().catch(complain);
}

async function read(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let start = 0; start < bytes.length; start += 32768) text += String.fromCharCode(...bytes.subarray(start, start + 32768));
  return btoa(text);
}

const tools = {
  image: () => $("#pick-image").click(),
  video: () => $("#pick-video").click(),
  voice: () => phone.act("send_voice"),
  location: () => sheets.ask("发送位置", [["label", "地点", "龙岩市新罗区"], ["latitude", "纬度", "25.0980"], ["longitude", "经度", "117.0175"]],
    (place) => phone.act("send_location", { label: place.label, latitude: Number(place.latitude), longitude: Number(place.longitude) })),
  link: () => sheets.ask("发送链接", [["title", "标题", ""], ["url", "网址", "https://"]], (link) => phone.act("send_link", link)),
  scan: () => sheets.scan((scene) => phone.act("scan", { scene })),
  unfollow: () => phone.act("unfollow"),
};

export function start() {
  room.listeners.push(reset);
  $("#write").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = $("#say").value;
    if (!text.trim()) return;
    $("#say").value = "";
    $("#write").classList.remove("has-text");
    await phone.act("say", { text });
  });
  $("#say").addEventListener("input", () => $("#write").classList.toggle("has-text", $("#say").value !== ""));
  $("#keyboard").addEventListener("click", () => {
    isWriting = !isWriting;
    closeMenus();
    drawPerson(room.person);
    if (isWriting) $("#say").focus();
  });
  $("#plus").addEventListener("click", () => {
    $("#tools").hidden = !$("#tools").hidden;
    $("#chat").scrollTop = $("#chat").scrollHeight;
  });
  $("#chat").addEventListener("click", closeMenus);
  $("#follow").addEventListener("click", () => phone.act("follow"));
  $("#follow-scan").addEventListener("click", tools.scan);
  $("#browser-close").addEventListener("click", closeBrowser);
  for (const button of document.querySelectorAll(".tool")) {
    button.addEventListener("click", () => {
      $("#tools").hidden = true;
      tools[button.dataset.tool]();
    });
  }
  $("#pick-image").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await phone.act("send_image", { content: await read(file), name: file.name });
    event.target.value = "";
  });
  $("#pick-video").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await phone.act("send_video", { content: await read(file) });
    event.target.value = "";
  });
}
