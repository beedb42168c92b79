// What a shop will see, as it is written: the words and the picture of the form beside it.
"use strict";
{
  const words = document.getElementById("words");
  const photo = document.getElementById("photo");
  const seen = document.getElementById("seen-words");
  const picture = document.getElementById("seen-picture");
  const dropped = document.querySelector("input[name=drop_photo]");
  const kept = picture.getAttribute("src");

  words.addEventListener("input", () => { seen.textContent = words.value; });
  seen.textContent = words.value; // what the browser put back

  const show = (source) => {
    if (source) picture.src = source;
    picture.hidden = !source;
  };
  const look = () => {
    const [file] = photo.files;
    if (!file) return show(dropped?.checked ? null : kept);
    const reader = new FileReader();
    reader.addEventListener("load", () => { if (photo.files[0] === file) show(reader.result); });
    reader.readAsDataURL(file);
  };
  for (const each of [photo, dropped]) each?.addEventListener("change", look);
  look();
  for (const each of document.querySelectorAll("[data-plain]")) each.hidden = true;
}
