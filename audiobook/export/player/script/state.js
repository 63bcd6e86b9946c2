// All that can change, in one place. What happens sets it; what is seen watches it; nothing else
// is passed about.

const state = (() => {
  const now = {
    chapter: 0, // index of the one that is open
    time_s: 0, // in that chapter
    from_s: 0, // where it was last told to begin: nothing before is shown
    playing: false,
    following: true, // the page scrolls with the voice
    rate: 1,
    volume: 1, // 0 to 1
    muted: false,
    music: 1, // how much of the music is heard: 1 as produced, 0 none
    fade: 1, // lowered by the sleep timer
    sleep: null, // null, or {left_s} or {chapter: true}
    highlight: 'words',
    shortcuts: true,
  };
  const watchers = [];

  function set(changes) {
    const changed = Object.keys(changes).filter((key) => now[key] !== changes[key]);
    Object.assign(now, changes);
    for (const { keys, run } of watchers) {
      if (keys.some((key) => changed.includes(key))) run(now);
    }
  }

  function watch(keys, run) {
    watchers.push({ keys, run });
  }

  // Shows everything for the first time.
  function begin(values) {
    Object.assign(now, values);
    for (const { run } of watchers) run(now);
  }

  return { now, set, watch, begin };
})();

// For screen readers; a problem is shown to everybody, too.
function tell(text, kind = 'news') {
  const status = $('status');
  status.dataset.kind = kind;
  status.textContent = text;
}
