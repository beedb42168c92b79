// Who opens this page: the frame's name says so inside a phone, elsewhere one is asked.
const search = document.querySelector("#search");

function goOn(openid) {
  const next = new URL(location.href);
  next.searchParams.set("simulator_openid", openid);
  if (document.querySelector("#snapshot").checked) next.searchParams.set("simulator_snapshot", "1");
  location.replace(next);
}

async function show() {
  const answer = await fetch(`/simulator/followers?limit=20&search=${encodeURIComponent(search.value)}`);
  const { followers } = await answer.json();
  const rows = followers.map((person) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = person.name;
    button.dataset.phone = person.openid;
    button.addEventListener("click", () => goOn(person.openid));
    row.append(button);
    return row;
  });
  document.querySelector("#list").replaceChildren(...rows);
}

if (window.name.startsWith("phone:")) {
  goOn(window.name.slice("phone:".length));
} else {
  document.querySelector("#who").hidden = false;
  search.addEventListener("input", show);
  show();
}
