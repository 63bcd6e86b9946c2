// Falling asleep: after some minutes of listening, or with the chapter, the book becomes quiet.

const sleep = (() => {
  const FADE_S = 10;
  const choice = $('sleep');
  let before_ms = 0;

  function set(value) {
    const minutes = Number(value);
    if (value === 'chapter') state.set({ sleep: { chapter: true } });
    else state.set({ sleep: minutes > 0 ? { left_s: minutes * 60 } : null });
  }

  // The end of a chapter must not swallow words: there only what follows the last one fades.
  function leftOf({ sleep: asked, time_s, rate }) {
    if (!asked.chapter) return asked.left_s;
    return (player.length_s - time_s) / rate;
  }

  function fadeAt(now, left_s) {
    const after_s = now.sleep.chapter ? (player.length_s - highlight.end_s) / now.rate : FADE_S;
    return Math.min(1, Math.max(0, left_s / Math.min(FADE_S, after_s || FADE_S)));
  }

  // The timer stands while the book does: what counts is how long one listens.
  function run(now) {
    const now_ms = performance.now();
    const passed_s = (now_ms - before_ms) / 1000;
    before_ms = now_ms;
    if (!now.sleep || !now.playing) return;
    if (!now.sleep.chapter) now.sleep.left_s -= passed_s;
    const left_s = leftOf(now);
    show(left_s);
    if (now.sleep.chapter || left_s > 0) {
      state.set({ fade: fadeAt(now, left_s) });
      return;
    }
    player.pause();
    state.set({ sleep: null });
    tell(label('slept'));
  }

  function show(left_s) {
    const text = left_s === null ? '' : clockTime(left_s);
    const output = $('sleep-left');
    if (output.textContent !== text) output.textContent = text;
  }

  choice.addEventListener('change', () => {
    set(choice.value);
    const kind = { 0: 'sleep-off', chapter: 'sleep-chapter' }[choice.value] || 'sleep-set';
    tell(label(kind, { time: choice.selectedOptions[0].textContent }));
  });
  state.watch(['playing'], () => { before_ms = performance.now(); });
  state.watch(['time_s'], run);
  state.watch(['sleep'], (now) => {
    if (now.sleep) {
      show(leftOf(now));
      return;
    }
    choice.selectedIndex = 0;
    show(null);
    state.set({ fade: 1 });
  });

  return {
    // The next of the choices, for a key.
    step() {
      choice.selectedIndex = (choice.selectedIndex + 1) % choice.options.length;
      choice.dispatchEvent(new Event('change'));
    },
  };
})();
