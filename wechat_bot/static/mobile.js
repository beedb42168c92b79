// Only makes better what works without it: one sending at a time, a retry on a weak network, a smaller photo.
(function () {
  "use strict";
  if (!window.fetch || !window.FormData || !window.DOMParser || !window.Promise) return;

  var WAITS = [1000, 3000, 8000];
  var LONGEST_SIDE = 1600;
  var KEPT_FOR = 24 * 3600 * 1000;
  var notice = document.getElementById("notice");
  var sending = false;
  var pressed = null;

  function tell(text) {
    notice.textContent = text;
    notice.hidden = !text;
  }

  function rest(milliseconds) {
    return new Promise(function (done) { setTimeout(done, milliseconds); });
  }

  function setBusy(form, busy) {
    form.setAttribute("aria-busy", String(busy));
    // Its buttons elsewhere on the page, too; what could not be pressed before, cannot be afterwards.
    Array.prototype.forEach.call(form.elements, function (button) {
      if (button.tagName !== "BUTTON" || (busy && button.disabled)) return;
      if (busy) button.setAttribute("data-busy", "");
      if (busy || button.hasAttribute("data-busy")) button.disabled = busy;
      if (!busy) button.removeAttribute("data-busy");
    });
  }

  // The server takes the same form twice as once, so sending again is safe. Without a body a page is asked for.
  function send(address, body, tries) {
    var asked = { method: body ? "POST" : "GET", body: body, credentials: "same-origin", headers: { "X-Sent-By": "script" } };
    return fetch(address, asked).then(function (answer) {
      if (answer.status < 500) return answer;
      return answer.text().then(function (html) {
        var number = new DOMParser().parseFromString(html, "text/html").querySelector(".number strong");
        throw Object.assign(new Error("busy"), { isOurs: true, number: number ? number.textContent : "" });
      });
    }).catch(function (error) {
      if (tries >= WAITS.length) throw error;
      tell(error.isOurs ? "这会儿有点忙，正在重试…" : "网络不太好，正在重试…");
      return rest(WAITS[tries]).then(function () { return send(address, body, tries + 1); });
    });
  }

  function show(answer) {
    return answer.text().then(function (html) {
      var next = new DOMParser().parseFromString(html, "text/html");
      var screen = next.getElementById("screen");
      if (!screen) throw new Error("not one of our pages");
      // A page of another kind brings a style sheet that this one did not need.
      next.querySelectorAll('link[rel="stylesheet"]').forEach(function (sheet) {
        var address = sheet.getAttribute("href");
        if (!document.querySelector('link[href="' + address + '"]')) document.head.append(document.importNode(sheet));
      });
      document.getElementById("screen").replaceWith(screen);
      document.title = next.title;
      // An address that only takes forms must not be what 刷新 asks for.
      if (answer.redirected) history.replaceState(null, "", answer.url);
      prepare();
      var here = screen.querySelector("[data-here]");
      if (here) return here.scrollIntoView({ block: "nearest" });
      window.scrollTo(0, 0);
      var heading = screen.querySelector("h1");
      if (heading) {
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
      }
    });
  }

  function shrink(file) {
    if (!window.createImageBitmap || !/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 300000) {
      return Promise.resolve(file);
    }
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      var scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) {
        canvas.toBlob(function (blob) { done(blob && blob.size < file.size ? blob : file); }, "image/jpeg", 0.82);
      });
    }).catch(function () { return file; });
  }

  function bodyOf(form, button) {
    var body = new FormData(form);
    if (button && button.name) body.append(button.name, button.value);
    var input = form.querySelector("input[type=file]");
    var file = input && input.files && input.files[0];
    if (!file) return Promise.resolve(body);
    return shrink(file).then(function (small) {
      body.set(input.name, small, "photo.jpg");
      return body;
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button");
    if (!button) return;
    pressed = button.type === "submit" ? button : null;
    if (button.hasAttribute("data-close") && window.WeixinJSBridge) window.WeixinJSBridge.call("closeWindow");
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-send")) return;
    event.preventDefault();
    var button = event.submitter || pressed;
    pressed = null;
    // 其他 was tapped, and nothing is written yet: what is missing is at hand.
    var needed = button && button.hasAttribute("data-needs") && form.elements[button.getAttribute("data-needs")];
    if (needed && !needed.value.trim()) return needed.focus();
    post(form, button);
  });

  function post(form, button) {
    if (sending) return;
    sending = true;
    bodyOf(form, button).then(function (body) {
      setBusy(form, true);
      return send(form.action, body, 0);
    }).then(function (answer) {
      // Signed in too long ago: only the browser itself can go to WeChat and come back.
      if (answer.status === 401) return location.reload();
      if (answer.redirected) kept(form.querySelector("[data-keep]"), "");
      return show(answer);
    }).then(function () {
      tell("");
    }).catch(function (error) {
      setBusy(form, false);
      tell("");
      if (form.hasAttribute("data-stays")) stays(error);
      else unsaved(form, button, error);
    }).then(function () { sending = false; });
  }

  // A screen that was read before is asked for like the next one.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[data-send]");
    if (!link) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    send(link.href, null, 0).then(function (answer) {
      if (answer.status === 401) return location.assign(link.href);
      return show(answer).then(function () { history.replaceState(null, "", answer.url); });
    }).then(function () {
      tell("");
    }).catch(function (error) {
      tell("");
      stays(error);
    }).then(function () { sending = false; });
  });

  // What does not come leaves what is being read where it is, its sound plays on, and the foot says so.
  function stays(error) {
    var dock = document.querySelector(".dock");
    var said = dock.querySelector('[role="alert"]') || element("p", "note note_warn");
    said.setAttribute("role", "alert");
    said.textContent = (error.isOurs ? "是我们这边的问题" : "网络断了") + "，没有翻过去。看到哪里都记着，过一会儿再点一次。";
    dock.prepend(said);
  }

  function element(name, className, text) {
    var made = document.createElement(name);
    made.className = className;
    made.textContent = text || "";
    return made;
  }

  // The line is gone, or we failed: what was not sent is shown in the screen's place, and one press sends the same again.
  function unsaved(form, button, error) {
    var screen = document.getElementById("screen");
    var gone = screen.cloneNode(false);
    var message = element("div", "message");
    var icon = element("i", (error.isOurs ? "weui-icon-warn" : "weui-icon-info") + " weui-icon_msg");
    icon.setAttribute("aria-hidden", "true");
    var heading = element("h1", "", error.isOurs ? "这一步没有存上，您写的都在" : "网络断了，您写的都在");
    heading.tabIndex = -1;
    message.append(icon, heading, element("p", "", error.isOurs ? "是我们这边的问题，过一会儿再点一次。" : "走到信号好一点的地方，再点一次。"));
    if (error.number) {
      var number = element("p", "", "打电话请说编号 ");
      number.append(element("strong", "", error.number), "，查得快。");
      message.append(number);
    }
    gone.append(message);
    var words = unsent(form, button);
    if (words.length) {
      var card = element("section", "card");
      card.append(element("h2", "", "还没发出去的"));
      words.forEach(function (each) { card.append(element("p", "words", each)); });
      gone.append(card);
    }
    var dock = element("div", "dock");
    var ways = element("div", "ways");
    var again = element("button", "weui-btn weui-btn_primary", "再试一次");
    again.type = "button";
    again.addEventListener("click", function () {
      gone.replaceWith(screen);
      post(form, button);
    });
    ways.append(again);
    var phone = screen.querySelector('a[href^="tel:"]');
    if (phone) {
      var call = element("a", "weui-btn weui-btn_default", "急事打电话，不用网");
      call.href = phone.href;
      ways.append(call);
    }
    dock.append(ways);
    gone.append(dock);
    screen.replaceWith(gone);
    heading.focus();
  }

  function unsent(form, button) {
    var ticked = Array.prototype.map.call(form.querySelectorAll("input:checked + span"), function (each) { return each.textContent; });
    var written = Array.prototype.map.call(form.querySelectorAll("textarea, input.field"), function (each) { return each.value; });
    var pressed = button && button.name === "option" && button.querySelector("span");
    return [pressed ? pressed.textContent : ticked.join("、")].concat(written).filter(function (each) { return each.trim(); });
  }

  // What somebody writes stays on their phone until it was sent: a closed page, a lost line, a new sign-in lose nothing.
  function kept(field, words) {
    if (!field) return "";
    var name = "words:" + field.getAttribute("data-keep");
    try {
      if (words) localStorage.setItem(name, JSON.stringify([Date.now(), words]));
      else if (words === "") localStorage.removeItem(name);
      var found = JSON.parse(localStorage.getItem(name) || "null");
      return found && Date.now() - found[0] < KEPT_FOR ? found[1] : "";
    } catch (error) {
      return "";  // a phone that keeps nothing for pages
    }
  }

  document.addEventListener("input", function (event) {
    var field = event.target;
    if (field.hasAttribute("data-keep")) kept(field, field.value);
    // Words of 其他 tick it.
    var tick = field.name === "other" && field.value && field.form.querySelector('input[type="checkbox"][value="0"]');
    if (tick) tick.checked = true;
    mirror(field);
  });

  // What the reader will see, beside what is written.
  function mirror(field) {
    var shown = document.getElementById(field.getAttribute("data-shown"));
    if (shown) shown.textContent = field.value;
  }

  // The button that comes later: the style sheet brings it with the next of its steps, this to the second.
  function later() {
    var held = document.querySelector("[data-wait]");
    if (!held) return;
    var seconds = Number(held.getAttribute("data-wait"));
    held.removeAttribute("data-wait");  // a page is prepared again once WeChat's own script is there
    var end = performance.now() + 1000 * seconds;
    var said = held.querySelector(".seconds");
    held.style.setProperty("--wait", seconds + "s");
    (function tick() {
      var left = Math.ceil((end - performance.now()) / 1000);
      if (left <= 0 || !held.isConnected) return;
      said.textContent = left;
      setTimeout(tick, 250);
    })();
  }

  function prepare() {
    later();
    document.querySelectorAll("[data-keep]").forEach(function (field) {
      if (field.value) kept(field, field.value);
      else if ((field.value = kept(field))) {
        mirror(field);
        tell("上次没发出的还在下面。");
        setTimeout(tell, 4000, "");
      }
    });
    var close = document.querySelector("[data-close]");
    if (close && window.WeixinJSBridge) close.hidden = false;
    var file = document.querySelector("input[type=file]");
    var picture = document.getElementById("picture");
    if (file && picture) {
      file.addEventListener("change", function () {
        if (!file.files[0]) return;
        picture.src = URL.createObjectURL(file.files[0]);
        picture.hidden = false;
        var label = file.parentNode.querySelector("span");
        if (label) label.textContent = "换一张照片";
      });
    }
  }

  // A list pulled down from its top is asked for anew.
  var PULLED = 90;
  var from = null;
  var far = 0;
  document.addEventListener("touchstart", function (event) {
    var pulls = event.touches.length === 1 && window.scrollY <= 0 && document.querySelector("[data-refresh]");
    from = pulls ? event.touches[0].clientY : null;
    far = 0;
  }, { passive: true });
  document.addEventListener("touchmove", function (event) {
    if (from === null) return;
    far = event.touches[0].clientY - from;
    if (far > PULLED / 3) tell(far > PULLED ? "松手刷新" : "下拉刷新");
  }, { passive: true });
  document.addEventListener("touchend", function () {
    if (from === null) return;
    from = null;
    if (far > PULLED) {
      tell("正在刷新…");
      location.reload();
    } else if (far > PULLED / 3) tell("");
  });

  // A clock that runs down: by the seconds the server said were left, for a telephone's own clock may be wrong. What was
  // pressed in the last moment still counts for half a minute; then the page shows what came of it.
  var GRACE = 31;
  function left(seconds) {
    var minutes = Math.floor(seconds / 60), rest = seconds % 60;
    if (minutes >= 60) return Math.floor(minutes / 60) + " 小时" + (minutes % 60 ? " " + minutes % 60 + " 分" : "");
    if (!minutes) return rest + " 秒";
    return minutes + (rest ? " 分 " + rest + " 秒" : " 分钟");
  }
  setInterval(function () {
    var clock = document.querySelector("[data-left]");
    if (!clock) return;
    if (clock.end === undefined) clock.end = performance.now() + 1000 * Number(clock.getAttribute("data-left"));
    var seconds = Math.ceil((clock.end - performance.now()) / 1000);
    clock.textContent = seconds > 0 ? left(seconds) : "时间到了";
    var bar = document.querySelector("progress.drain");
    if (bar) bar.value = Math.max(0, seconds);
    if (seconds <= -GRACE && !sending) location.reload();
  }, 1000);

  // A talk opens at its newest word.
  var newest = document.getElementById("newest");
  if (newest && !location.hash && !document.querySelector("[data-here]")) newest.scrollIntoView({ block: "end" });

  document.addEventListener("WeixinJSBridgeReady", prepare);
  window.addEventListener("pageshow", function (event) {
    // Back from another page: what is kept here may be an older question.
    if (event.persisted) location.reload();
  });
  prepare();
})();
