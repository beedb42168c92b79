// What slides up from the phone's lower edge: a few questions, or the scanner.
import { $, ask as fetchJson, make } from "./http.js";
import { complain } from "./room.js";

export function close() {
  $("#sheet").hidden = true;
}

function show(...children) {
  $("#sheet .sheet-card").replaceChildren(...children);
  $("#sheet").hidden = false;
}

export function ask(title, fields, done) {
  const form = make("form", {}, make("h2", { textContent: title }));
  for (const [name, label, value] of fields) {
    form.append(make("label", {}, label, make("input", { name, value, required: true, autocomplete: "off" })));
  }
  form.append(make("div.row", {}, make("button.plain", { type: "button", textContent: "取消", on: { click: close } }), make("button", { type: "submit", textContent: "发送" })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    done(Object.fromEntries(new FormData(form)));
  });
  show(form);
  form.querySelector("input").focus();
}

function code(scene, done) {
  const picture = make("img", { src: `/simulator/scenes/${encodeURIComponent(scene.ticket)}`, alt: "", loading: "lazy" });
  const button = make("button.scene", { type: "button", disabled: scene.is_expired, data: { scene: scene.scene },
    on: { click: () => { close(); done(scene.ticket); } } },
  picture, make("span", { textContent: scene.scene }), make("small", { textContent: scene.is_expired ? "已过期" : scene.expires_at ? "临时" : "永久" }));
  return button;
}

export async function scan(done) {
  try {
    const { scenes } = await fetchJson("scenes?limit=30");
    const input = make("input", { id: "scene", placeholder: "场景值，如 shop:12", autocomplete: "off", required: true });
    const form = make("form.row", {}, input, make("button", { id: "scan", type: "submit", textContent: "扫" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      close();
      done(input.value.trim());
    });
    const codes = scenes.length ? make("div.codes", {}, ...scenes.map((scene) => code(scene, done))) : make("p.quiet", { textContent: "还没有生成过二维码" });
    show(make("h2", { textContent: "扫一扫" }), form, codes, make("button.plain", { type: "button", textContent: "取消", on: { click: close } }));
  } catch (error) {
    complain(error);
  }
}

export function start() {
  $("#sheet").addEventListener("click", (event) => {
    if (event.target === $("#sheet")) close();
  });
}
