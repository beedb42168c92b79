// Every request of the page to /simulator/… goes through here.
export async function ask(path, body, method = body === undefined ? "GET" : "POST") {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await fetch(`/simulator/${path}`, options);
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error || answer.statusText);
  return data;
}

// make("li.person", { data: {…}, on: {…} }, ...children): an element in one line.
export function make(what, options = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(options.data || {})) element.dataset[name] = value;
  for (const [name, listener] of Object.entries(options.on || {})) element.addEventListener(name, listener);
  for (const [name, value] of Object.entries(options)) {
    if (name !== "data" && name !== "on") element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const $ = (selector) => document.querySelector(selector);

const colours = ["#3b7ddd", "#d9822b", "#2f9e6e", "#8e5bb5", "#c94f4f", "#3c8a94", "#7a8a3a", "#b5651d"];

// A coloured square with the last character of the name, the same colour each time.
export function avatar(name) {
  const sum = [...name].reduce((total, character) => total + character.codePointAt(0), 0);
  const square = make("span.avatar", { textContent: [...name].at(-1) || "?" });
  square.style.setProperty("--colour", colours[sum % colours.length]);
  return square;
}

export function moment(text, now) {
  const at = new Date(text);
  const days = (startOfDay(now) - startOfDay(at)) / 86400000;
  const time = at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai", hour12: false });
  if (days === 0) return time;
  if (days === 1) return `昨天 ${time}`;
  const shanghai = new Date(at.getTime() + 8 * 3600000);
  return `${shanghai.getUTCMonth() + 1}月${shanghai.getUTCDate()}日 ${time}`;
}

function startOfDay(at) {
  return Math.floor((new Date(at).getTime() + 8 * 3600000) / 86400000) * 86400000;
}
