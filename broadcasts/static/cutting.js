// The cover is cut before it is sent: the chosen picture is moved and enlarged in a frame of the shape in which it is seen.
"use strict";

(() => {
  const dialog = document.getElementById("cutting");
  const canvas = dialog.querySelector("canvas");
  const zoom = document.getElementById("zoom");
  const pen = canvas.getContext("2d");
  const SIDE = 900;
  let picture = null;
  let file = null;
  let at = { x: 0.5, y: 0.5 };
  let held = null;

  const shape = () => Number(dialog.querySelector("[name=shape]:checked").value);

  // The part of the picture inside the frame, in its own pixels.
  function part() {
    const ratio = shape();
    const [whole, high] = [picture.width, picture.height];
    const width = Math.min(whole, high * ratio) / Number(zoom.value);
    const height = width / ratio;
    at.x = Math.min(Math.max(at.x, width / 2 / whole), 1 - width / 2 / whole);
    at.y = Math.min(Math.max(at.y, height / 2 / high), 1 - height / 2 / high);
    return [at.x * whole - width / 2, at.y * high - height / 2, width, height];
  }

  function draw() {
    canvas.width = 940;
    canvas.height = Math.round(940 / shape());
    pen.drawImage(picture, ...part(), 0, 0, canvas.width, canvas.height);
    if (shape() > 1) {
      // What a list shows of it: the square in the middle.
      pen.strokeStyle = "#fff";
      pen.lineWidth = 3;
      pen.setLineDash([12, 8]);
      pen.strokeRect((canvas.width - canvas.height) / 2, 2, canvas.height, canvas.height - 4);
      pen.setLineDash([]);
    }
  }

  async function open(source) {
    try {
      picture = await createImageBitmap(source);
    } catch {
      // A kind of picture this browser cannot show: the server may, and says so if it cannot.
      return send(source);
    }
    file = source;
    at = { x: 0.5, y: 0.5 };
    zoom.value = "1";
    draw();
    dialog.showModal();
    canvas.focus();
  }

  function send(content) {
    document.dispatchEvent(new CustomEvent("editor:send", { detail: { wanted: "cover", files: [["cover_file", content]] } }));
  }

  function moved(x, y) {
    const [, , width, height] = part();
    at.x += (x / canvas.clientWidth) * (width / picture.width);
    at.y += (y / canvas.clientHeight) * (height / picture.height);
    draw();
  }

  document.addEventListener("change", (event) => {
    if (event.target.id !== "cover-file" || !event.target.files.length) return;
    open(event.target.files[0]);
    event.target.value = "";
  });
  document.addEventListener("click", async (event) => {
    const again = event.target.closest("#cut-again");
    if (again) open(await (await fetch(again.dataset.source)).blob());
  });
  zoom.addEventListener("input", draw);
  for (const each of dialog.querySelectorAll("[name=shape]")) each.addEventListener("change", draw);
  canvas.addEventListener("pointerdown", (event) => {
    held = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    moved(held[0] - event.clientX, held[1] - event.clientY);
    held = [event.clientX, event.clientY];
  });
  canvas.addEventListener("pointerup", () => { held = null; });
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }[event.key];
    const by = { "+": 0.1, "=": 0.1, "-": -0.1 }[event.key];
    if (!way && !by) return;
    event.preventDefault();
    if (by) zoom.value = String(Number(zoom.value) + by);
    if (way) moved(...way); else draw();
  });
  document.getElementById("cut").addEventListener("click", () => {
    const cut = document.createElement("canvas");
    const [x, y, width, height] = part();
    cut.width = Math.round(Math.min(Math.max(width, 300), shape() > 1 ? SIDE * 1.2 : SIDE));
    cut.height = Math.round(cut.width / shape());
    cut.getContext("2d").drawImage(picture, x, y, width, height, 0, 0, cut.width, cut.height);
    cut.toBlob((content) => {
      dialog.close();
      send(new File([content], "cover.jpg", { type: "image/jpeg" }));
    }, "image/jpeg", 0.9);
  });
  document.getElementById("cut-whole").addEventListener("click", () => {
    dialog.close();
    send(file);
  });
})();
