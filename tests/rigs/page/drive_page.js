// The page drives itself: for browsers without a driver. Steps come from the server, and what came of
// them goes there: {"put": NAME}, {"verb", "request", "secrets"} or {"cover": true}, which waits until
// another tab covers this one; "$NAME" in a request is the file of that name.
(async () => {
  const told = [];
  try {
    while (!globalThis.plugsmith) await new Promise((resolve) => setTimeout(resolve, 50));
    const files = {};
    for (const { put, verb, request, secrets, cover } of await (await fetch("./_steps")).json()) {
      if (cover) {
        await fetch("./_cover");
        while (!document.hidden) await new Promise((resolve) => setTimeout(resolve, 50));
        told.push({ hidden: document.hidden });
        continue;
      }
      if (put) {
        files[`$${put}`] = (await plugsmith.put(put, await (await fetch(`./_files/${put}`)).blob())).file;
        continue;
      }
      const given = Object.fromEntries(Object.entries(request).map(([name, value]) =>
        [name, Array.isArray(value) ? value.map((one) => files[one] ?? one) : (files[value] ?? value)]));
      const job = await plugsmith.start(verb, given, secrets);
      let last;
      await plugsmith.events(job, 0, (line) => {
        last = line;
        if (line.type === "ask") plugsmith.answer(job, line.id, true);
      }, new AbortController().signal);
      told.push(last);
    }
  } catch (problem) {
    told.push({ failed: String(problem), line: problem.line ?? null });
  }
  await fetch("./_result", { method: "POST", body: JSON.stringify(told) });
})();
