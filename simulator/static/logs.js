// The two logs: what the app asked of the platform, and what the platform told the app.
import { ask, make, moment } from "./http.js";
import { now } from "./room.js";

const OUTCOMES = { waiting: "在路上", replied: "有回复", silent: "无需回复", failed: "出故障", lost: "丢失" };

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

const raw = (label, text) => (text ? [make("h4", { textContent: label }), make("pre", { textContent: text })] : []);

export async function calls() {
  const { calls: made } = await ask("calls?limit=60");
  if (!made.length) return [make("p.quiet", { textContent: "还没有调用。" })];
  return made.map((call) => make("details.log.call", { data: { number: call.number, path: call.path, errcode: call.errcode } },
    make("summary", {}, make("time", { textContent: moment(call.at, now()) }), make("span.path", { textContent: call.path }),
      make(call.errcode || call.fault ? "b.bad" : "b.good", { textContent: call.fault || call.errcode || "ok" })),
    ...raw("请求", pretty(call.body)), ...raw("回答", pretty(call.answer))));
}

export async function callbacks() {
  const { callbacks: made } = await ask("callbacks?limit=60");
  if (!made.length) return [make("p.quiet", { textContent: "还没有回调。" })];
  return made.map((delivery) => make("details.log.callback", { data: { number: delivery.number, outcome: delivery.outcome } },
    make("summary", {}, make("time", { textContent: moment(delivery.at, now()) }), make("span.path", { textContent: `${delivery.person} ${delivery.name} ${delivery.fields.Content || delivery.fields.EventKey || ""}` }),
      make(delivery.outcome === "failed" || delivery.outcome === "lost" ? "b.bad" : "b.good", { textContent: OUTCOMES[delivery.outcome] })),
    ...raw("内容", JSON.stringify(delivery.fields, null, 1)),
    ...delivery.attempts.flatMap((attempt, index) => [
      make("h4", { textContent: `第 ${index + 1} 次：${attempt.outcome}，${attempt.seconds} 秒` }),
      ...raw("查询串", new URLSearchParams(attempt.query).toString()), ...raw("原文", attempt.body),
      ...raw("回答", attempt.answer), ...(attempt.plain_answer && attempt.plain_answer !== attempt.answer ? raw("回答的明文", attempt.plain_answer) : []),
    ])));
}
