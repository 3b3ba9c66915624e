// What a page of somebody else may try against ours, with the key in its hands. `kept out` is all it should get.
async ([target, token]) => {
  const key = { Authorization: `Bearer ${token}` };
  const body = JSON.stringify({ verb: "ports", request: {} });
  const tries = {
    read: () => fetch(`${target}/api/about`, { headers: key }).then((r) => r.text()),
    job: () => fetch(`${target}/api/jobs`, { method: "POST", body, headers: { ...key, "Content-Type": "application/json" } }).then((r) => r.text()),
    simple: () => fetch(`${target}/api/jobs`, { method: "POST", body, headers: { "Content-Type": "text/plain" } }).then((r) => r.text()),
    put: () => fetch(`${target}/api/files?name=x.bin`, { method: "PUT", body: "x", headers: key }).then((r) => r.text()),
    page: () => fetch(`${target}/`).then((r) => r.text()),
    socket: () => new Promise((yes, no) => { const w = new WebSocket(target.replace("http", "ws")); w.onopen = yes; w.onerror = no; }),
    picture: () => new Promise((yes, no) => { const i = new Image(); i.onload = yes; i.onerror = no; i.src = `${target}/api/about`; }),
    script: () => new Promise((yes, no) => { const s = document.createElement("script"); s.onload = yes; s.onerror = no; s.src = `${target}/api/about`; document.head.append(s); }),
  };
  const got = {};
  for (const [name, one] of Object.entries(tries)) got[name] = await one().then(() => "got in", () => "kept out");
  await fetch(`${target}/api/jobs`, { method: "POST", body, mode: "no-cors" }).catch(() => 0);
  const frame = document.createElement("iframe");
  frame.src = `${target}/#token=${token}`;
  document.body.append(frame);
  await new Promise((go) => { frame.onload = go; });
  try { got.frame = frame.contentDocument ? frame.contentDocument.body.innerText : "kept out"; } catch { got.frame = "kept out"; }
  return got;
}
