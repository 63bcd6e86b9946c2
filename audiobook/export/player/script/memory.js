// What is remembered from one visit to the next, for each book: the place and the settings.
// Where a browser keeps nothing for pages from a disk, nothing is remembered, and nothing fails.

const memory = (() => {
  const KEY = `kuibook:${book.id}`;
  const KEPT = ['chapter', 'time_s', 'rate', 'volume', 'muted', 'music'];
  const RANGES = { time_s: [0, Infinity], rate: [0.5, 3], volume: [0, 1], music: [0, 1] };
  const EVERY_MS = 3000;
  let saved_ms = 0;
  const look = {}; // settings of the page's appearance
  const reached_s = []; // how far into each chapter anybody has listened

  function read() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) || {};
    } catch {
      return {};
    }
  }

  function save() {
    saved_ms = performance.now();
    const kept = Object.fromEntries(KEPT.map((key) => [key, state.now[key]]));
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...kept, look, reached_s }));
    } catch {
      // It may be full, or denied.
    }
  }

  // What was kept may be another edition's, or not ours at all: only what fits is taken.
  function restore() {
    const kept = read();
    const fit = {};
    for (const key of KEPT) {
      const [least, most] = RANGES[key] || [];
      if (typeof kept[key] !== typeof state.now[key]) continue;
      if (kept[key] < least || kept[key] > most) continue;
      fit[key] = kept[key];
    }
    Object.assign(look, kept.look);
    if (Array.isArray(kept.reached_s)) reached_s.push(...kept.reached_s);
    const isThere = Number.isInteger(fit.chapter) && fit.chapter in book.chapters;
    const { chapter, time_s = 0, ...settings } = isThere ? fit : { ...fit, chapter: 0, time_s: 0 };
    state.set(settings);
    return { chapter, time_s };
  }
  const place = restore();

  state.watch(['time_s'], ({ chapter, time_s, playing }) => {
    if (!playing) return;
    reached_s[chapter] = Math.max(reached_s[chapter] || 0, Math.floor(time_s));
    if (performance.now() - saved_ms > EVERY_MS) save();
  });
  state.watch(KEPT.filter((key) => key !== 'time_s').concat('playing'), () => {
    save();
  });
  window.addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', () => { if (document.hidden) save(); });

  return {
    place,
    look,
    setLook(name, value) {
      look[name] = value;
      save();
    },
    // From 0 to 1.
    heard: (index) => {
      const part = ((reached_s[index] || 0) * 1000) / book.chapters[index].duration_ms;
      return part > 0.97 ? 1 : part;
    },
  };
})();
