"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const { models, destinations, profiles, answers, rules, patterns, decision, regions } = data;
  const outcomes = decision.outcomes;
  const INK = "#1b1f24", SOFT = "#57606a", FONT = getComputedStyle(document.documentElement).fontFamily;
  const isOpen = (a) => a.must !== a.may;
  const words = (must, may) => must === may ? outcomes[must].words : `from ${outcomes[must].words} to ${outcomes[may].words}`;
  const answerAt = (row, column) => answers[patterns[data.rows[row]][column]];
  const modelOf = (row) => models[Math.floor(row / profiles.length)];
  const profileOf = (row) => profiles[row % profiles.length];
  const rowName = (row) => modelOf(row).name + (profiles.length > 1 ? ` (${profileOf(row).name})` : "");

  // ---- what is shown, and in which order

  const KINDS = [
    ...outcomes.map((o, i) => ({ label: o.words, is: (a) => !isOpen(a) && a.must === i, sample: { must: i, may: i, enforced: true } })),
    { label: "not determined", is: isOpen, sample: { must: 0, may: outcomes.length > 3 ? outcomes.length - 2 : outcomes.length - 1, enforced: true } },
    { label: "rests on law that is not encoded", is: (a) => a.gaps.length > 0, sample: { must: 0, may: outcomes.length - 1, enforced: true, gaps: [0] } },
    { label: "announced as not enforced", is: (a) => !a.enforced, sample: { must: -1, may: -1, enforced: false } },
  ];
  const START = { models: "", destinations: "", sortModels: "open", sortDestinations: "region", join: true, kinds: new Set(), size: 18, fit: false };
  let view = { ...START, kinds: new Set() };
  let rows = [], columns = [];       // rows: places; columns: lists of places of destinations that are shown as one
  let active = null, selected = null; // {row, column} as places in `rows` and `columns`; the cell as {row, destinations}
  const strict = (a) => a.must * 1000 + a.may * 10 + (a.enforced ? 1 : 0);
  const codes = new Set(destinations.map((d) => d.code.toLowerCase()));
  const matches = (text, said, code = "") => {
    const wanted = text.toLowerCase().split(",").map((w) => w.trim()).filter(Boolean);
    return !wanted.length || wanted.some((w) => code && codes.has(w) ? w === code : said.includes(w));
  };
  const wantedKind = (a) => !view.kinds.size || [...view.kinds].some((k) => KINDS[k].is(a));
  const total = (list, of) => list.reduce((sum, item) => sum + of(item), 0);

  function arrange() {
    const allRows = data.rows.map((_, row) => row).filter((row) => {
      const m = modelOf(row);
      return matches(view.models, `${m.name}\n${m.id}\n${m.developer}`.toLowerCase());
    });
    const allColumns = destinations.map((_, d) => d).filter((d) => {
      const to = destinations[d];
      return matches(view.destinations, `${to.name}\n${regions[to.region]}\n${to.lists.join("\n")}`.toLowerCase(), to.code.toLowerCase());
    });
    counts(allRows, allColumns);
    const used = [...new Set(allRows.map((row) => data.rows[row]))];
    const kept = view.kinds.size ? allColumns.filter((d) => used.some((p) => wantedKind(answers[patterns[p][d]]))) : allColumns;
    rows = view.kinds.size ? allRows.filter((row) => kept.some((d) => wantedKind(answerAt(row, d)))) : allRows;
    const rowOpen = new Map(rows.map((row) => [row, total(kept, (d) => isOpen(answerAt(row, d)) ? 1 : 0)]));
    const rowScore = new Map(rows.map((row) => [row, total(kept, (d) => strict(answerAt(row, d)))]));
    const byName = (a, b) => rowName(a).localeCompare(rowName(b), "en", { numeric: true }) || a - b;
    rows.sort({
      name: byName,
      open: (a, b) => rowOpen.get(b) - rowOpen.get(a) || rowScore.get(b) - rowScore.get(a) || byName(a, b),
      compute: (a, b) => modelOf(a).byCompute - modelOf(b).byCompute || byName(a, b),
      strictness: (a, b) => rowScore.get(b) - rowScore.get(a) || byName(a, b),
    }[view.sortModels]);
    columns = ordered(kept, used);
  }

  function ordered(kept, used) {
    const often = new Map();
    for (const row of rows) often.set(data.rows[row], (often.get(data.rows[row]) || 0) + 1);
    const score = new Map(kept.map((d) => [d, total([...often], ([p, n]) => n * strict(answers[patterns[p][d]]))]));
    const byName = (a, b) => destinations[a].name.localeCompare(destinations[b].name, "en");
    kept.sort({
      name: byName,
      code: (a, b) => destinations[a].code < destinations[b].code ? -1 : 1,
      region: (a, b) => destinations[a].region - destinations[b].region || byName(a, b),
      strictness: (a, b) => score.get(b) - score.get(a) || byName(a, b),
    }[view.sortDestinations]);
    return view.join ? joined(kept, used) : kept.map((d) => [d]);
  }

  function joined(places, used) {
    const groups = new Map();
    for (const d of places) {
      const key = used.map((p) => patterns[p][d]).join();
      groups.has(key) ? groups.get(key).push(d) : groups.set(key, [d]);
    }
    const open = (group) => total(used, (p) => isOpen(answers[patterns[p][group[0]]]) ? 1 : 0);
    const score = (group) => total(used, (p) => strict(answers[patterns[p][group[0]]]));
    return [...groups.values()].sort((a, b) => open(b) - open(a) || score(b) - score(a) || b.length - a.length);
  }

  // ---- drawing

  const map = $("map"), canvas = $("canvas"), space = $("space");
  const LABEL = 12, CODES = 22;
  const layout = () => {
    const width = map.clientWidth;
    const compute = width > 700 ? 112 : 62, names = Math.round(Math.min(230, Math.max(120, width * .25)));
    const room = (width - names - compute - 10) / Math.max(1, columns.length);
    const wide = view.fit ? Math.min(room, 60) : view.join ? Math.max(50, Math.min(room, view.size * 4), view.size * 2.2) : view.size;
    const bands = !view.join && view.sortDestinations === "region";
    return { left: names + compute, names, compute, top: CODES + (bands ? 20 : 0), bands, wide, high: view.size, width, height: map.clientHeight };
  };

  function mark(g, a, x, y, w, h) {
    if (w < 6 && a.must >= 0) return narrow(g, a, x, y, w, h);
    if (a.must >= 0) {
      g.fillStyle = outcomes[a.must].colour;
      g.fillRect(x, y, w, h);
    }
    if (a.must !== a.may) {
      g.fillStyle = outcomes[a.may].colour;
      g.beginPath(); g.moveTo(x + w, y); g.lineTo(x + w, y + h); g.lineTo(x, y + h); g.closePath(); g.fill();
      g.strokeStyle = INK; g.lineWidth = .9;
      g.beginPath(); g.moveTo(x + w, y); g.lineTo(x, y + h); g.stroke();
    }
    if (a.gaps && a.gaps.length) {
      g.strokeStyle = "#fff"; g.lineWidth = 1.2; g.strokeRect(x + 1.5, y + 1.5, w - 3, h - 3);
      g.strokeStyle = INK; g.setLineDash([2, 2]); g.strokeRect(x + 1.5, y + 1.5, w - 3, h - 3); g.setLineDash([]);
    }
    if (!a.enforced) {
      const r = Math.max(1.5, Math.min(w, h) * .15);
      g.beginPath(); g.arc(x + w / 2, y + h / 2, r, 0, 7);
      g.fillStyle = "#fff"; g.fill();
      g.strokeStyle = INK; g.lineWidth = .9; g.stroke();
    }
  }

  // Where there is no room for a diagonal and a ring: halves one above the other, and a line.
  function narrow(g, a, x, y, w, h) {
    g.fillStyle = outcomes[a.must].colour; g.fillRect(x, y, w, h);
    if (a.must !== a.may) { g.fillStyle = outcomes[a.may].colour; g.fillRect(x, y + h / 2, w, h / 2); }
    if (a.gaps && a.gaps.length) { g.fillStyle = INK; g.fillRect(x, y, w, 1); g.fillRect(x, y + h - 1, w, 1); }
    if (!a.enforced) { g.fillStyle = INK; g.fillRect(x, y + h / 2 - .5, w, 1); }
  }

  function columnLabel(column) {
    const code = destinations[column[0]].code;
    return column.length === 1 ? code : `${code} +${column.length - 1}`;
  }

  function paint(g, l, sx, sy, shownRows, shownColumns) {
    g.fillStyle = "#fff"; g.fillRect(0, 0, l.width, l.height);
    const r0 = Math.max(0, Math.floor(sy / l.high)), r1 = Math.min(shownRows.length, Math.ceil((sy + l.height) / l.high));
    const c0 = Math.max(0, Math.floor(sx / l.wide)), c1 = Math.min(shownColumns.length, Math.ceil((sx + l.width) / l.wide));
    const gap = l.high > 8 ? 1 : .5, gapAcross = l.wide > 8 ? gap : 0;
    for (let r = r0; r < r1; r++) for (let c = c0; c < c1; c++) {
      const a = answerAt(shownRows[r], shownColumns[c][0]);
      g.globalAlpha = wantedKind(a) ? 1 : .13;
      const x = Math.round(c * l.wide), width = Math.round((c + 1) * l.wide) - x;
      mark(g, a, l.left + x - sx, l.top + r * l.high - sy, width - gapAcross, l.high - gap);
    }
    g.globalAlpha = 1;
    paintColumns(g, l, sx, shownColumns, c0, c1);
    paintRows(g, l, sy, shownRows, r0, r1);
    g.fillStyle = "#fff"; g.fillRect(0, 0, l.left, l.top);
    g.fillStyle = SOFT; g.font = `${LABEL - 1}px ${FONT}`; g.textBaseline = "middle"; g.textAlign = "left";
    g.fillText("model", 8, l.top - CODES / 2);
    g.textAlign = "right"; g.fillText("operations", l.left - 8, l.top - CODES / 2);
    g.strokeStyle = "#aab1b8"; g.lineWidth = 1;
    g.beginPath(); g.moveTo(0, l.top - .5); g.lineTo(l.width, l.top - .5); g.moveTo(l.left - 2.5, 0); g.lineTo(l.left - 2.5, Math.min(l.height, l.top + shownRows.length * l.high - sy)); g.stroke();
  }

  function paintColumns(g, l, sx, shown, c0, c1) {
    g.fillStyle = "#fff"; g.fillRect(0, 0, l.width, l.top);
    g.textBaseline = "middle"; g.textAlign = "center";
    if (l.wide >= (view.join ? 40 : 14)) for (let c = c0; c < c1; c++) {
      const lit = active && active.column === c;
      g.font = `${lit ? "700" : "400"} ${Math.min(view.join && l.wide >= 56 ? LABEL : LABEL - 1.5, l.wide - 5)}px ${FONT}`;
      g.fillStyle = lit ? INK : SOFT;
      g.fillText(columnLabel(shown[c]), l.left + (c + .5) * l.wide - sx, l.top - CODES / 2);
    }
    if (!l.bands) return;
    for (let c = 0; c < shown.length;) {
      const region = destinations[shown[c][0]].region;
      let end = c;
      while (end < shown.length && destinations[shown[end][0]].region === region) end++;
      const from = l.left + c * l.wide - sx, to = l.left + end * l.wide - sx - 1;
      if (to > l.left && from < l.width) band(g, Math.max(from, l.left), Math.min(to, l.width), regions[region]);
      c = end;
    }
  }

  function band(g, from, to, text) {
    g.fillStyle = "#e9ecef"; g.fillRect(from, 2, to - from, 16);
    g.save(); g.beginPath(); g.rect(from, 0, to - from - 3, 20); g.clip();
    g.fillStyle = INK; g.textAlign = "left"; g.font = `${LABEL - 1}px ${FONT}`;
    g.fillText(text, from + 5, 10.5); g.restore();
  }

  function paintRows(g, l, sy, shown, r0, r1) {
    g.fillStyle = "#fff"; g.fillRect(0, l.top, l.left, l.height);
    g.save(); g.beginPath(); g.rect(0, l.top, l.left, l.height); g.clip();
    g.textBaseline = "middle";
    const size = Math.min(LABEL + .5, l.high - 2);
    if (size >= 7) for (let r = r0; r < r1; r++) {
      const y = l.top + (r + .5) * l.high - sy, lit = active && active.row === r;
      g.font = `${lit ? "700" : "400"} ${size}px ${FONT}`;
      g.fillStyle = INK; g.textAlign = "left";
      g.fillText(short(g, rowName(shown[r]), l.names - 14), 8, y);
      g.fillStyle = SOFT; g.textAlign = "right";
      g.fillText(short(g, modelOf(shown[r]).compute, l.compute), l.left - 8, y);
    }
    g.restore();
  }

  function short(g, text, room) {
    if (g.measureText(text).width <= room) return text;
    let end = text.length;
    while (end > 1 && g.measureText(text.slice(0, end) + "…").width > room) end--;
    return text.slice(0, end) + "…";
  }

  function sized(target, width, height) {
    const ratio = window.devicePixelRatio || 1;
    target.width = Math.round(width * ratio); target.height = Math.round(height * ratio);
    target.style.width = `${width}px`; target.style.height = `${height}px`;
    const g = target.getContext("2d"); g.scale(ratio, ratio);
    return g;
  }

  let asked = false;
  function draw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      const l = layout(), g = sized(canvas, l.width, l.height);
      paint(g, l, map.scrollLeft, map.scrollTop, rows, columns);
      if (!rows.length || !columns.length) {
        g.fillStyle = SOFT; g.font = `14px ${FONT}`; g.textAlign = "center";
        g.fillText("No cell fits these filters.", l.width / 2, l.height / 2);
      }
      outline(g, l, selected && placeOf(selected), 2.5);
      outline(g, l, active, 1.5);
    });
  }

  function outline(g, l, at, width) {
    if (!at) return;
    const x = l.left + at.column * l.wide - map.scrollLeft, y = l.top + at.row * l.high - map.scrollTop;
    if (x < l.left - 1 || y < l.top - 1) return;
    g.strokeStyle = "#fff"; g.lineWidth = width + 2; g.strokeRect(x - .5, y - .5, l.wide, l.high);
    g.strokeStyle = INK; g.lineWidth = width; g.strokeRect(x - .5, y - .5, l.wide, l.high);
  }

  function placeOf(cell) {
    const row = rows.indexOf(cell.row), column = columns.findIndex((c) => c.includes(cell.destinations[0]));
    return row < 0 || column < 0 ? null : { row, column };
  }

  function resize() {
    const l = layout();
    space.style.width = `${Math.max(l.left + columns.length * l.wide + 8, l.width)}px`;
    space.style.height = `${Math.max(l.top + rows.length * l.high + 8, l.height)}px`;
    $("fit").setAttribute("aria-pressed", view.fit);
    map.style.setProperty("--all", `${l.top + Math.max(3, rows.length) * l.high + 34}px`);  // no higher than what there is to see
    map.setAttribute("aria-rowcount", rows.length); map.setAttribute("aria-colcount", columns.length);
    draw();
  }

  function refresh() {
    arrange();
    active = null;
    const shown = total(columns, (c) => c.length);
    const plural = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
    const cells = rows.length * shown;
    $("count").textContent = `${plural(rows.length, profiles.length > 1 ? "row" : "model")} × ${plural(shown, "destination")} = ${plural(cells, "cell")}` +
      (view.join ? `, in ${plural(columns.length, "column")} of destinations with the same answers` : "") + (rows.length * shown < data.rows.length * destinations.length ? ` of ${(data.rows.length * destinations.length).toLocaleString("en")}` : "");
    resize();
    grouped();
    if (!selected) welcome();
  }

  // Which destinations share a column.
  function grouped() {
    const several = columns.filter((group) => group.length > 1);
    $("groups").hidden = !view.join || !several.length;
    $("groups").querySelector("ul").replaceChildren(...several.map((group) => {
      const item = element("li", "");
      item.append(element("b", columnLabel(group)), ` ${group.map((d) => destinations[d].name).sort().join(", ")}`);
      return item;
    }));
  }

  // ---- legend

  function counts(shownRows, shownColumns) {
    const often = new Map(), sums = KINDS.map(() => 0);
    for (const row of shownRows) often.set(data.rows[row], (often.get(data.rows[row]) || 0) + 1);
    for (const [p, n] of often) for (const d of shownColumns) KINDS.forEach((k, i) => { if (k.is(answers[patterns[p][d]])) sums[i] += n; });
    [...$("legend").children].forEach((button, i) => {
      button.querySelector("b").textContent = sums[i].toLocaleString("en");
      button.setAttribute("aria-pressed", view.kinds.has(i));
      button.disabled = !sums[i] && !view.kinds.has(i);
    });
  }

  KINDS.forEach((kind, i) => {
    const button = element("button", ""), sample = document.createElement("canvas");
    button.type = "button"; button.dataset.kind = kind.label;
    button.append(sample, element("span", kind.label), element("b", ""));
    button.onclick = () => { view.kinds.has(i) ? view.kinds.delete(i) : view.kinds.add(i); refresh(); };
    $("legend").append(button);
    const g = sized(sample, 18, 18);
    mark(g, kind.sample, .5, .5, 17, 17);
    g.strokeStyle = "#b8bec4"; g.lineWidth = 1; g.strokeRect(.5, .5, 17, 17);
  });

  // ---- the reason

  function element(tag, text, kind) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  function section(title, items) {
    const found = items.filter(Boolean);
    if (!found.length) return;
    const list = element("ul");
    for (const item of found) {
      const entry = element("li");
      typeof item === "string" ? (entry.textContent = item) : entry.append(...item);
      list.append(entry);
    }
    $("reason").append(element("h3", title), list);
  }

  function cited(rule) {
    if (!rule.cites.length) return [];
    const parts = [" ("];
    rule.cites.forEach(([text, url], i) => {
      if (i) parts.push(", ");
      if (!url) { parts.push(text); return; }
      const link = element("a", text);
      link.href = url; link.rel = "noopener noreferrer"; link.target = "_blank";
      parts.push(link);
    });
    return [...parts, ")"];
  }

  function ruleLine(place, before = "") {
    const rule = rules[place], reads = element("details"), said = rule.because || rule.title;
    reads.append(element("summary", "the rule, read aloud"), element("p", rule.reads));
    for (const note of rule.notes) reads.append(element("p", `Note: ${note}.`, "soft"));
    return [before + said[0].toUpperCase() + said.slice(1), ...cited(rule), reads];
  }

  function explain(cell) {
    const { row, destinations: to } = cell, a = answerAt(row, to[0]), model = modelOf(row), panel = $("reason");
    panel.className = ""; panel.replaceChildren();
    const close = element("button", "×", "close");
    close.setAttribute("aria-label", "Close"); close.onclick = welcome;
    const where = to.length === 1 ? `${destinations[to[0]].name} (${destinations[to[0]].code})` : `${to.length} destinations`;
    const said = element("p", "", "said");
    said.append(badge(a.must), ...(isOpen(a) ? [" to ", badge(a.may)] : []));
    panel.append(close, element("h2", `${rowName(row)} → ${where}`), said);
    if (isOpen(a)) panel.append(element("p", "Not determined: see below what is missing.", "soft"));
    remarks(panel, a);
    section("Law that is not encoded here", a.gaps.map((p) => ruleLine(p)));
    section("Rules contradict each other", a.conflicts);
    because(a);
    section("Not known whether this applies", a.unknown.filter((p) => !rules[p].scores).map((p) => ruleLine(p)));
    section("Excepted", a.defeated.map((p) => ruleLine(p)));
    section("What is missing", a.missing.map((m) => missing(m, model)));
    section("Obligations", a.obligations);
    section("Also established", a.holds.filter((p) => rules[p].outcome < 0 && !rules[p].scores && !rules[p].excepts).map((p) => ruleLine(p)));
    classified(model);
    const facts = element("table");
    for (const [phrase, value, source] of model.facts) {
      const line = facts.insertRow();
      line.insertCell().textContent = phrase;
      const cellOf = line.insertCell(); cellOf.textContent = value;
      if (source) cellOf.append(" ", element("small", source));
    }
    panel.append(element("h3", `The model${model.developer ? `, by ${model.developer}` : ""}`), facts);
    if (to.length === 1) {
      const lists = destinations[to[0]].lists;
      section(`${destinations[to[0]].name} on ${data.asOf}`, lists.length ? lists.map((l) => `in ${l}`) : ["in none of the lists that the policy reads"]);
    } else section("These destinations have the same answers", [to.map((d) => destinations[d].name).sort().join(", ")]);
    section("Scores (a score never decides)", a.scores.map((s) => `${s.phrase}: ${s.points} (${s.bands})`));
    unread(a, model);
    section("Assumed", [profileOf(row).phrase, "the rest stands under the map"]);
    panel.append(element("p", `As of ${data.asOf}. Not legal advice.`, "soft"));
    panel.scrollTop = 0;
  }

  function badge(outcome) {
    const made = element("span", outcomes[outcome].words, "answer");
    made.style.background = outcomes[outcome].colour; made.style.color = outcomes[outcome].ink;
    return made;
  }

  function remarks(panel, a) {
    for (const p of a.places) {
      const place = p.place && a.places.length > 1 ? `${p.place}: ` : "";
      if (a.places.length > 1) panel.append(element("p", `${place}${words(p.must, p.may)}`));
      if (p.details.length) panel.append(element("p", `${place}with ${p.details.join(", ")}`));
      if (p.possible.length) panel.append(element("p", `${place}possibly with ${p.possible.join(", ")}`));
      if (p.enforced) continue;
      const note = element("div", "", "warn");
      note.append(element("p", `${place}Announced as not enforced; without those rules: ${words(p.enforcedMust, p.enforcedMay)}. ${isOpen(a) ? "If there is a duty, it stands." : "The duty stands."}`));
      const dates = new Set([...a.holds, ...a.unknown, ...a.defeated].flatMap((r) => rules[r].notEnforced));
      for (const line of dates) note.append(element("p", line, "soft"));
      panel.append(note);
    }
  }

  function because(a) {
    const deciding = a.holds.filter((p) => rules[p].outcome === a.must);
    const others = a.holds.filter((p) => rules[p].outcome >= 0 && rules[p].outcome !== a.must);
    section("Because", deciding.length ? deciding.map((p) => ruleLine(p)) : [`no rule ${isOpen(a) ? "is known to ask" : "asks"} for more than ${outcomes[a.must].words}`]);
    section("These hold too", others.map((p) => ruleLine(p, `${outcomes[rules[p].outcome].words}: `)));
  }

  function missing(m, model) {
    if (m.law) return m.law;
    const whose = { $item: model.name, $consignee: "the consignee", $exporter: model.developer || "the exporter", $transfer: "the transfer" }[m.of] || `${m.type} ${m.of}`;
    return `${m.whether ? `whether ${whose} ${m.fact}` : `${m.fact}, of ${whose}`}${m.state ? ` (${m.state})` : ""}${m.ask ? `: ${m.ask}` : ""}`;
  }

  function classified(model) {
    const line = (word) => (p) => [`${rules[p].title} ${word}`, ...cited(rules[p]), ruleLine(p).at(-1)];
    section("How the model is classified", [
      ...(model.holds || []).map(line("applies")), ...(model.unknown || []).map(line("may apply")), ...(model.defeated || []).map(line("is excepted")),
    ]);
  }

  function unread(a, model) {
    const used = new Set([...a.holds, ...a.unknown, ...a.defeated, ...(model.holds || []), ...(model.unknown || []), ...(model.defeated || [])]);
    section("Not read in the legal text", [...used].map((p) => rules[p]).filter((r) => r.certainty !== "verified" && !r.scores)
      .map((r) => [r.title, ...cited(r), `: ${r.certainty}${r.note ? `, ${r.note}` : ""}`]));
  }

  function welcome() {
    selected = null;
    const panel = $("reason");
    panel.className = "empty"; panel.replaceChildren(element("h2", "Open questions"));
    const found = questions();
    if (found.length) panel.append(element("p", "What keeps most cells of this view open; press one to see its cells.", "soft"), asked_of(found));
    else panel.append(element("p", "No cell of this view is open."));
    const how = element("details"), title = element("summary", "How to read the map");
    how.append(title);
    for (const text of [
      "Each row is a model, each column a group of destinations with the same answers, or one destination; the darker the cell, the more severe the answer.",
      "A split cell is a range: its upper half is the least that follows, its lower half the most. The reason names the facts that may settle it.",
      "A dashed frame marks an answer that is open because law that concerns it is not encoded here; in narrow cells two lines.",
      "A ring marks a duty that stands in the regulations and was announced as not enforced; in narrow cells it is a line.",
      "Press entries of the legend to see only such cells. Filters take several words with commas between them; destinations can be found by list too, for example D:5.",
    ]) how.append(element("p", text));
    panel.append(element("p", "Choose a cell to see why."), how);
    draw();
  }

  // The facts and the law that keep cells of the view open, those of most cells first.
  function questions() {
    const found = new Map();
    for (const row of rows) for (const column of columns) {
      const a = answerAt(row, column[0]);
      if (!isOpen(a)) continue;
      for (const m of a.missing) {
        const model = modelOf(row), of = m.of === "$item", key = of ? `${m.fact}\n${m.ask}` : missing(m, model);
        const one = found.get(key) || { m, of, cells: 0, models: new Set() };
        one.cells += column.length; one.models.add(model);
        found.set(key, one);
      }
    }
    for (const one of found.values()) one.text = one.of && one.models.size > 1
      ? `${one.m.fact}, of ${one.models.size} models${one.m.ask ? `: ${one.m.ask}` : ""}` : missing(one.m, [...one.models][0]);
    return [...found.values()].sort((a, b) => b.cells - a.cells || (a.text < b.text ? -1 : 1));
  }

  function asked_of(found) {
    const list = element("ol", "", "asked"), most = 8;
    for (const one of found.slice(0, most)) {
      const item = element("li"), button = element("button", "");
      button.type = "button";
      button.append(element("b", `${one.cells.toLocaleString("en")} cell${one.cells === 1 ? "" : "s"}`), ` ${one.text[0].toUpperCase()}${one.text.slice(1)}`);
      button.onclick = () => {
        view.models = one.models.size === models.length ? "" : [...one.models].map((m) => m.id).join(", ");
        view.kinds = new Set([KINDS.findIndex((k) => k.is === isOpen)]);
        $("find-models").value = view.models;
        refresh(); map.focus();
      };
      item.append(button);
      list.append(item);
    }
    if (found.length > most) list.append(element("li", `and ${found.length - most} more`, "soft"));
    return list;
  }

  // ---- pointer and keyboard

  function under(event) {
    const box = canvas.getBoundingClientRect(), l = layout();
    const x = event.clientX - box.left - l.left, y = event.clientY - box.top - l.top;
    if (x < 0 || y < 0) return null;
    const column = Math.floor((x + map.scrollLeft) / l.wide), row = Math.floor((y + map.scrollTop) / l.high);
    return row < rows.length && column < columns.length ? { row, column } : null;
  }

  function sentence(at) {
    const column = columns[at.column], a = answerAt(rows[at.row], column[0]);
    const to = column.slice(0, 8).map((d) => destinations[d].name).join(", ") + (column.length > 8 ? ` and ${column.length - 8} more` : "");
    return [`${rowName(rows[at.row])} → ${to}`, words(a.must, a.may) + (a.gaps.length ? ", rests on law that is not encoded" : "") + (a.enforced ? "" : ", announced as not enforced")];
  }

  function hover(at, event) {
    const same = at && active && at.row === active.row && at.column === active.column;
    if (!same) { active = at; draw(); }
    const tip = $("tip");
    tip.hidden = !at || !event;
    if (tip.hidden) return;
    tip.replaceChildren(...sentence(at).map((line, i) => element(i ? "div" : "b", line)));
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - box.width - 8)}px`;
    tip.style.top = `${event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 18}px`;
  }

  function choose(at) {
    if (!at) return;
    selected = { row: rows[at.row], destinations: columns[at.column] };
    explain(selected); draw();
    $("reason").scrollIntoView({ block: "nearest" });
  }

  function move(rowStep, columnStep) {
    if (!rows.length || !columns.length) return;
    const from = active || (selected && placeOf(selected)) || { row: 0, column: 0 };
    const to = active ? { row: from.row + rowStep, column: from.column + columnStep } : from;
    active = { row: Math.max(0, Math.min(rows.length - 1, to.row)), column: Math.max(0, Math.min(columns.length - 1, to.column)) };
    const l = layout(), x = active.column * l.wide, y = active.row * l.high;
    if (x < map.scrollLeft) map.scrollLeft = x;
    if (x + l.wide > map.scrollLeft + l.width - l.left) map.scrollLeft = x + l.wide - l.width + l.left;
    if (y < map.scrollTop) map.scrollTop = y;
    if (y + l.high > map.scrollTop + l.height - l.top) map.scrollTop = y + l.high - l.height + l.top;
    $("active").textContent = sentence(active).join(": ");
    $("active").setAttribute("aria-rowindex", active.row + 1); $("active").setAttribute("aria-colindex", active.column + 1);
    $("tip").hidden = true; draw();
  }

  map.addEventListener("scroll", draw);
  map.addEventListener("mousemove", (event) => hover(under(event), event));
  map.addEventListener("mouseleave", () => hover(null, null));
  canvas.addEventListener("click", (event) => choose(under(event)));
  map.addEventListener("keydown", (event) => {
    const page = Math.floor(map.clientHeight / layout().high) - 3, far = 1e9;
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-page, 0], PageDown: [page, 0], Home: [0, -far], End: [0, far] }[event.key];
    if (steps) move(...steps);
    else if (event.key === "Enter" || event.key === " ") { active || move(0, 0); choose(active); }
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") { welcome(); $("tip").hidden = true; } });
  const reads = { "find-models": "models", "find-destinations": "destinations", "sort-models": "sortModels", "sort-destinations": "sortDestinations" };
  for (const [id, name] of Object.entries(reads)) $(id).addEventListener(id.startsWith("find") ? "input" : "change", (event) => { view[name] = event.target.value; refresh(); });
  $("join").addEventListener("change", (event) => { view.join = event.target.checked; refresh(); });
  $("fit").onclick = () => { view.fit = !view.fit; map.scrollLeft = 0; resize(); };
  $("smaller").onclick = () => { view.size = Math.max(4, view.size - (view.size > 10 ? 3 : 2)); resize(); };
  $("larger").onclick = () => { view.size = Math.min(34, view.size + (view.size >= 10 ? 3 : 2)); resize(); };
  $("reset").onclick = () => {
    view = { ...START, kinds: new Set() };
    $("find-models").value = $("find-destinations").value = ""; $("join").checked = view.join;
    $("sort-models").value = view.sortModels; $("sort-destinations").value = view.sortDestinations;
    map.scrollTo(0, 0); welcome(); refresh();
  };
  new ResizeObserver(resize).observe(map);

  // ---- paper: destinations with the same answers share a column, and are listed

  addEventListener("beforeprint", () => {
    const used = [...new Set(rows.map((row) => data.rows[row]))], groups = joined(columns.flat(), used);
    const paper = $("paper"), high = 13, each = 40, at = active, join = view.join;
    active = null; view.join = true; paper.replaceChildren();
    for (let c = 0; c < groups.length; c += 14) for (let r = 0, step; r < rows.length; r += step) {
      step = r || c ? each : 30;  // the first page has a title
      const some = rows.slice(r, r + step), over = groups.slice(c, c + 14), target = document.createElement("canvas");
      const l = { left: 300, names: 230, compute: 70, top: CODES, bands: false, wide: 56, high, width: 300 + over.length * 56, height: CODES + some.length * high };
      paper.append(target);
      paint(sized(target, l.width, l.height), l, 0, 0, some, over);
    }
    groups.filter((group) => group.length > 1).forEach((group) =>
      paper.append(element("p", `${columnLabel(group)}: ${group.map((d) => destinations[d].name).sort().join(", ")}.`)));
    active = at; view.join = join;
  });

  $("join").checked = view.join;
  refresh();
})();
