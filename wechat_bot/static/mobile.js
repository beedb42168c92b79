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
    form.querySelectorAll("button").forEach(function (button) { button.disabled = busy; });
  }

  // The server takes the same form twice as once, so sending again is safe.
  function send(form, body, tries) {
    return fetch(form.action, { method: "POST", body: body, credentials: "same-origin", headers: { "X-Sent-By": "script" } }).then(function (answer) {
      if (answer.status >= 500) throw new Error("busy");
      return answer;
    }).catch(function (error) {
      if (tries >= WAITS.length) throw error;
      tell("网络不太好，正在重试…");
      return rest(WAITS[tries]).then(function () { return send(form, body, tries + 1); });
    });
  }

  function show(answer) {
    return answer.text().then(function (html) {
      var next = new DOMParser().parseFromString(html, "text/html");
      var screen = next.getElementById("screen");
      if (!screen) throw new Error("not one of our pages");
      document.getElementById("screen").replaceWith(screen);
      document.title = next.title;
      // An address that only takes forms must not be what 刷新 asks for.
      if (answer.redirected) history.replaceState(null, "", answer.url);
      prepare();
      var here = screen.querySelector("[data-here]");
      if (here) return here.scrollIntoView();
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
    if (sending) return;
    sending = true;
    var button = event.submitter || pressed;
    pressed = null;
    bodyOf(form, button).then(function (body) {
      setBusy(form, true);
      return send(form, body, 0);
    }).then(function (answer) {
      // Signed in too long ago: only the browser itself can go to WeChat and come back.
      if (answer.status === 401) return location.reload();
      if (answer.redirected) kept(form.querySelector("[data-keep]"), "");
      return show(answer);
    }).then(function () {
      tell("");
    }).catch(function () {
      setBusy(form, false);
      tell("没有发出去。请检查网络，再点一次；之前的内容都在。");
    }).then(function () { sending = false; });
  });

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
    if (event.target.hasAttribute("data-keep")) kept(event.target, event.target.value);
  });

  function prepare() {
    document.querySelectorAll("[data-keep]").forEach(function (field) {
      if (field.value) kept(field, field.value);
      else if ((field.value = kept(field))) {
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

  document.addEventListener("WeixinJSBridgeReady", prepare);
  window.addEventListener("pageshow", function (event) {
    // Back from another page: what is kept here may be an older question.
    if (event.persisted) location.reload();
  });
  prepare();
})();
