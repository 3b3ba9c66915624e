// The token of this tab. It comes in the fragment, leaves the address bar at once, and is kept for
// reloads of this tab only.
const KEY = "plugsmith.token";
let held = "";

export function takeToken(): void {
  const found = /[#&]token=([A-Za-z0-9_.~-]+)/.exec(location.hash);
  if (found?.[1]) {
    held = found[1];
    sessionStorage.setItem(KEY, held);
    const rest = location.hash.replace(/[#&]token=[A-Za-z0-9_.~-]+/, "");
    history.replaceState(null, "", location.pathname + (rest && rest !== "#" ? rest : "#/"));
  } else {
    held = sessionStorage.getItem(KEY) ?? "";
  }
}

export function token(): string {
  return held;
}
