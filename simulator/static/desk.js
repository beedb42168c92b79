// The operator's desk: clock, this person's windows, faults, logs and the rest.
import { $, ask, make, moment } from "./http.js";
import { complain, now, room } from "./room.js";
import * as logs from "./logs.js";

const ADVANCES = [[1, "+1 分"], [60, "+1 时"], [1440, "+1 天"], [2880, "+2 天"]];
// The time of all parts of a trial: the app's processes go by the same clock.
const TOGETHER = [[60, "+1 小时"], [1440, "明天此时"]];
const TRIGGERS = { message: "发了消息", click: "点了菜单", follow: "关注", scan: "扫码" };
const FAULTS = { slow: "慢（秒）", http: "HTTP 状态", errcode: "错误码", bare: "空回答", unreachable: "连不上", lost_answer: "做了但没回音",
  lost: "丢失", doubled: "重复", late: "迟到（秒）", overtaken: "后到", unanswered: "回答丢失" };
let current = "person";
let drawn = "";

const attempt = (task) => async (...given) => {
  try {
    await task(...given);
    drawn = "";
    await refresh();
  } catch (error) {
    complain(error);
  }
};

function spell(seconds) {
  const minutes = Math.floor(seconds / 60);
  const parts = [[Math.floor(minutes / 1440), "天"], [Math.floor(minutes / 60) % 24, "小时"], [minutes % 60, "分"]];
  return parts.filter(([number]) => number).map(([number, word]) => `${number} ${word}`).join(" ");
}

function drawClock(account) {
  const at = new Date(account.now);
  const zone = { timeZone: "Asia/Shanghai", hour12: false };
  const day = at.toLocaleDateString("zh-CN", { ...zone, year: "numeric", month: "2-digit", day: "2-digit", weekday: "short" });
  const time = `${day.replace(/(周|星期)/, " $1")} ${at.toLocaleTimeString("zh-CN", zone)}`;
  $("#clock").textContent = time;
  $("#phone-time").textContent = moment(account.now, account.now);
  $("#account-name").textContent = account.name;
  const modes = { safe: "安全模式", compatible: "兼容模式", plain: "明文模式" };
  $("#setup").textContent = `${modes[account.mode]} · ${account.format.toUpperCase()}`;
  $("#moved").textContent = account.ahead ? `全部程序的时间已拨快 ${spell(account.ahead)}` : "";
  const box = $("#advances");
  if (box.childElementCount || !(account.has_hand_clock || account.has_shared_clock)) return;
  box.append(...(account.has_shared_clock ? TOGETHER : ADVANCES).map(([minutes, label]) => make("button.advance.plain", { type: "button", textContent: label, data: { minutes },
    on: { click: attempt(() => ask("clock/advance", { minutes })) } })));
}

const fact = (label, value) => make("div.fact", {}, make("span", { textContent: label }), make("b", { textContent: value }));

function toggle(name, label) {
  const box = make("input", { type: "checkbox", checked: room.person[name], id: `set-${name}` });
  box.addEventListener("change", attempt(() => ask(`followers/${room.openid}`, { [name]: box.checked })));
  return make("label.switch", {}, box, label);
}

async function person() {
  if (!room.person) return [make("p.quiet", { textContent: "还没有选人。" })];
  const shown = room.person;
  const windows = shown.windows.map((window) => fact(TRIGGERS[window.trigger], `剩 ${window.left} 条，到 ${moment(window.expires_at, now())}`));
  const code = make("code", { textContent: shown.openid });
  return [
    make("h2", { textContent: shown.name }), make("p.quiet", {}, code),
    make("h3", { textContent: `客服消息：现在可发 ${shown.sends_left} 条` }), ...(windows.length ? windows : [make("p.quiet", { textContent: "没有打开的窗口" })]),
    make("h3", { textContent: "本月群发" }), fact("已收到", `${shown.mass_received} / 4`),
    make("h3", { textContent: "资料" }), fact("标签", shown.tags.join("、") || "无"), fact("备注", shown.remark || "无"),
    fact("订阅通知授权", Object.entries(shown.consents).map(([id, count]) => `${id.slice(0, 8)}… ×${count}`).join(" ") || "无"),
    make("h3", { textContent: "开关" }), toggle("refuses", "不接收这个号的消息"), toggle("blacklisted", "被这个号拉黑"), toggle("snapshot", "网页以快照页打开（虚拟账号）"),
  ];
}

async function faults() {
  const { faults: active, kinds } = await ask("faults");
  const target = make("input", { id: "fault-target", value: "/cgi-bin/message/custom/send", autocomplete: "off" });
  const targets = make("datalist", { id: "targets" }, ...["callback", "callback:text", "callback:CLICK", "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send", "/cgi-bin/message/mass/send", "/cgi-bin/stable_token", "/cgi-bin/*"].map((value) => make("option", { value })));
  target.setAttribute("list", "targets");
  const kind = make("select", { id: "fault-kind" });
  const fill = () => {
    const group = target.value.startsWith("callback") ? kinds.callback : kinds.api;
    kind.replaceChildren(...Object.keys(group).map((name) => make("option", { value: name, textContent: FAULTS[name] || name })));
  };
  fill();
  target.addEventListener("input", fill);
  const times = make("input", { id: "fault-times", type: "number", min: 1, placeholder: "一直" });
  times.value = 1;
  const value = make("input", { id: "fault-value", type: "number", value: 0 });
  const add = attempt(async () => ask("faults", { target: target.value, kind: kind.value, times: times.value ? Number(times.value) : null, value: Number(value.value) }));
  const form = make("form.grid", {}, make("label", {}, "哪里", target), targets, make("label", {}, "怎样", kind),
    make("label", {}, "几次", times), make("label", {}, "值", value), make("button", { id: "fault-add", type: "submit", textContent: "加上" }));
  form.addEventListener("submit", (event) => { event.preventDefault(); add(); });
  const rows = active.map((fault) => make("div.fact.fault", { data: { number: fault.number } },
    make("span", {}, make("b", { textContent: FAULTS[fault.kind] || fault.kind }), ` ${fault.target} ${fault.value || ""}`), make("span", { textContent: fault.times ? `还有 ${fault.times} 次` : "一直" }),
    make("button.plain", { type: "button", textContent: "去掉", on: { click: attempt(() => ask(`faults/${fault.number}`, undefined, "DELETE")) } })));
  return [form, ...(rows.length ? rows : [make("p.quiet", { textContent: "一切正常。" })])];
}

async function more() {
  const [account, quotas, { scenes }] = await Promise.all([ask("account"), ask("quotas"), ask("scenes?limit=12")]);
  const many = make("input", { id: "many", type: "number", value: 20, min: 1, max: 20000 });
  const form = make("form.row", {}, many, make("button", { id: "add-many", type: "submit", textContent: "添加粉丝" }));
  form.addEventListener("submit", (event) => { event.preventDefault(); attempt(() => ask("followers", { count: Number(many.value) }))(); });
  const used = Object.entries(quotas.used).sort((one, other) => other[1] - one[1]);
  return [
    make("h3", { textContent: "粉丝" }), fact("关注中 / 共有", `${account.followers} / ${account.people}`), form,
    make("h3", { textContent: "回调地址" }), make("button.plain", { type: "button", textContent: "像后台那样验证一次", on: { click: attempt(async () => {
      const { is_right: isRight } = await ask("callbacks/check", {});
      complain(new Error(isRight ? "验证通过" : "验证没有通过"));
    }) } }),
    make("h3", { textContent: "取令牌的次数" }), ...Object.entries(account.token_fetches).map(([name, count]) => fact(name, count)),
    make("h3", { textContent: `今天的调用 ${quotas.day}` }), ...(used.length ? used.map(([path, count]) => fact(path, quotas.limits[path] ? `${count} / ${quotas.limits[path]}` : count)) : [make("p.quiet", { textContent: "还没有" })]),
    make("h3", { textContent: "二维码" }), make("div.codes", {}, ...scenes.map((scene) => make("figure", {}, make("img", { src: `/simulator/scenes/${encodeURIComponent(scene.ticket)}`, alt: "" }), make("figcaption", { textContent: scene.scene })))),
  ];
}

const TABS = { person: ["此人", person], faults: ["故障", faults], calls: ["接口调用", logs.calls], callbacks: ["回调", logs.callbacks], more: ["更多", more] };

export async function refresh() {
  room.account = await ask("account");
  drawClock(room.account);
  // Drawn anew only after a change, so that nothing typed or unfolded is lost.
  const picture = JSON.stringify([current, room.openid, room.account.version, room.person && room.person.windows]);
  if (picture === drawn) return;
  const focused = document.activeElement;
  if (focused && $("#tab").contains(focused) && focused.matches("input, select")) return;
  const tab = current;
  const children = await TABS[tab][1]();
  if (tab !== current) return;
  const unfolded = [...document.querySelectorAll("#tab details[open]")].map((one) => one.dataset.number);
  $("#tab").replaceChildren(...children);
  for (const one of document.querySelectorAll("#tab details")) one.open = unfolded.includes(one.dataset.number);
  drawn = picture;
}

export function start() {
  $("#tabs").append(...Object.entries(TABS).map(([name, [label]]) => make("button.tab", { type: "button", textContent: label, data: { tab: name },
    on: { click: () => {
      current = name;
      for (const tab of document.querySelectorAll("#tabs .tab")) tab.classList.toggle("is-open", tab.dataset.tab === name);
      drawn = "";
      refresh().catch(complain);
    } } })));
  $("#tabs .tab").classList.add("is-open");
}
