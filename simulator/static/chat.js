// Drawing entries of a chat.
import { avatar, make, moment } from "./http.js";

const LINK = /<a\s[^>]*href=["']([^"']*)["'][^>]*>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'，。；）]+)/gi;
const EVENTS = new Set(["subscribe", "unsubscribe", "scan", "click", "view", "view_miniprogram", "transfer", "failure"]);

// A text with its links; nothing else of what it holds is taken for markup.
function rich(text, phone) {
  const box = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    box.append(text.slice(done, match.index));
    const url = (match[1] || match[3]).replaceAll("&amp;", "&");
    const link = make("a.link", { href: "#", textContent: match[2] || match[3], data: { url } });
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const option = /^weixin:\/\/bizmsgmenu\?.*msgmenuid=([^&]+)/.exec(url);
      if (option) phone.act("tap", { option_id: decodeURIComponent(option[1]) });
      else phone.browse(url);
    });
    box.append(link);
    done = match.index + match[0].length;
  }
  box.append(text.slice(done));
  return box;
}

function cover(url, tag) {
  const picture = make(tag, { className: "cover" });
  if (url) picture.append(make("img", { src: url, alt: "", loading: "lazy" }));
  return picture;
}

function news(entry, phone) {
  const [first, ...others] = entry.detail.articles || [{ title: entry.text, url: "" }];
  const open = (article) => ({ click: () => article.url && phone.browse(article.url) });
  const card = make("div.card.news", { data: { url: first.url || "" } });
  const head = make("button.article", { type: "button", on: open(first), data: { url: first.url || "" } });
  if (others.length) head.append(cover(first.picurl, "span"), make("strong.over", { textContent: first.title }));
  else {
    head.append(make("strong", { textContent: first.title }));
    const line = make("span.line", {}, make("span.quiet", { textContent: first.description || "" }));
    if (first.picurl) line.append(cover(first.picurl, "span"));
    head.append(line);
  }
  card.append(head);
  for (const article of others) {
    card.append(make("button.article.small", { type: "button", on: open(article), data: { url: article.url || "" } },
      make("span", { textContent: article.title }), cover(article.picurl, "span")));
  }
  return card;
}

function template(entry, phone) {
  const { title, lines = [], url = "", miniprogram } = entry.detail;
  const card = make("div.card.template", { data: { url } }, make("strong", { textContent: title }));
  for (const [label, value] of lines) {
    card.append(make("p", {}, label ? make("span.label", { textContent: label }) : null, make("span", { textContent: value })));
  }
  if (url || miniprogram) {
    card.append(make("button.more", { type: "button", textContent: miniprogram ? "进入小程序" : "查看详情", on: { click: () => url && phone.browse(url) } }));
  }
  return card;
}

function choices(entry, phone) {
  const { head, list, tail } = entry.detail;
  const box = make("div.bubble.choices", { data: { from: entry.source } });
  if (head) box.append(make("p", {}, rich(head, phone)));
  for (const option of list) {
    box.append(make("button.option", { type: "button", textContent: option.content, data: { option: option.id },
      on: { click: () => phone.act("tap", { option_id: option.id }) } }));
  }
  if (tail) box.append(make("p", {}, rich(tail, phone)));
  return box;
}

function place(entry) {
  const { label, latitude, longitude } = entry.detail;
  return make("div.card.place", {}, make("strong", { textContent: label || "位置" }),
    make("span.quiet", { textContent: `${latitude}, ${longitude}` }), make("span.map", {}, make("i")));
}

function linked(entry, phone) {
  return make("div.card.news", { data: { url: entry.detail.url || "" } },
    make("button.article", { type: "button", on: { click: () => entry.detail.url && phone.browse(entry.detail.url) } },
      make("strong", { textContent: entry.text }),
      make("span.line", {}, make("span.quiet", { textContent: entry.detail.description || entry.detail.url || "" }))));
}

function content(entry, phone) {
  const bubble = (...children) => make("div.bubble", { data: { from: entry.source } }, ...children);
  const address = `/simulator/media/${entry.detail.media_id}`;
  switch (entry.kind) {
    case "image": return make("div.picture", {}, make("img", { src: address, alt: "[图片]", loading: "lazy" }));
    case "voice": return bubble(make("span.voice", { textContent: `${entry.detail.seconds || 3}″` }));
    case "video": return make("div.picture.film", {}, make("span", { textContent: "▶" }), make("small", { textContent: entry.detail.title || "" }));
    case "news": return news(entry, phone);
    case "template": return template(entry, phone);
    case "msgmenu": return choices(entry, phone);
    case "location": return place(entry);
    case "link": case "music": return linked(entry, phone);
    case "miniprogrampage": return make("div.card.news", {}, make("div.article", {}, make("strong", { textContent: entry.text }), make("span.quiet", { textContent: "小程序" })));
    default: return bubble(rich(entry.text, phone));
  }
}

export function draw(entry, phone) {
  const data = { number: entry.number, from: entry.source, kind: entry.kind, channel: entry.channel };
  if (entry.source === "system" || entry.channel === "event" || EVENTS.has(entry.kind)) {
    if (!entry.text) return make("div.entry", { data, hidden: true });
    return make("div.entry.aside", { data }, make("span.note", { data: { kind: entry.kind }, textContent: entry.text }));
  }
  const badge = { preview: "预览", mass: "群发" }[entry.channel];
  const body = make("div.said", {}, content(entry, phone), badge ? make("small.channel", { textContent: badge }) : null);
  const face = entry.source === "person" ? avatar(phone.name()) : make("img.avatar", { src: "/simulator/avatar.svg", alt: "" });
  return make(entry.kind === "template" ? "div.entry.wide" : "div.entry", { data }, face, body);
}

export function separator(entry, now) {
  return make("div.entry.aside.when", {}, make("span.note", { textContent: moment(entry.at, now) }));
}
