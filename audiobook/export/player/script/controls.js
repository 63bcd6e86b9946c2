// The player's bar: what is pressed becomes a command, what is so is shown.

const controls = (() => {
  const press = (id, run) => $(id).addEventListener('click', run);
  const input = (id, run) => $(id).addEventListener('input', () => run(Number($(id).value)));
  const name = (button, text) => {
    button.setAttribute('aria-label', text);
    button.title = text;
  };
  const write = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
  let dragged = false; // while the reader holds the seek bar, it is the reader's

  press('play', player.toggle);
  press('back', () => player.skip(-SKIP_S));
  press('forward', () => player.skip(SKIP_S));
  press('previous', () => { player.previous(); follow.comeBack(); });
  press('next', () => { player.next(); follow.comeBack(); });
  press('mute', () => state.set({ muted: !state.now.muted }));
  input('volume', (value) => state.set({ volume: value / 100, muted: false }));
  input('balance', (value) => state.set({ music: value / 100 }));
  input('rate', (value) => state.set({ rate: value }));
  input('seek', (value) => { dragged = true; showPlace(value); });
  $('seek').addEventListener('change', () => {
    dragged = false;
    player.goTo(state.now.chapter, Number($('seek').value));
  });

  const row = (id) => $(id).closest('[data-control]') || $(id);
  if (!obeysVolume) row('volume').hidden = true;
  row('balance').hidden = !book.chapters.some((chapter) => chapter.music);

  function showPlace(time_s) {
    const length_s = player.length_s;
    const seek = $('seek');
    write('elapsed', clockTime(time_s));
    write('remaining', `−${clockTime(length_s - Math.floor(time_s))}`);
    const text = label('position', { time: clockTime(time_s), length: clockTime(length_s) });
    if (seek.getAttribute('aria-valuetext') === text && seek.max === String(length_s)) return;
    seek.max = length_s;
    if (!dragged) seek.value = time_s;
    seek.setAttribute('aria-valuetext', text);
    seek.style.setProperty('--done', `${(100 * time_s) / (length_s || 1)}%`);
  }

  state.watch(['time_s', 'chapter'], ({ time_s }) => { if (!dragged) showPlace(time_s); });
  state.watch(['chapter'], ({ chapter }) => {
    write('now', book.chapters[chapter].title);
    $('next').disabled = chapter + 1 === book.chapters.length;
  });
  state.watch(['playing'], ({ playing }) => name($('play'), label(playing ? 'pause' : 'play')));
  state.watch(['volume', 'muted', 'music', 'rate'], ({ volume, muted, music, rate }) => {
    $('volume').value = muted ? 0 : Math.round(volume * 100);
    $('balance').value = Math.round(music * 100);
    $('rate').value = rate;
    $('mute').setAttribute('aria-pressed', muted);
    name($('mute'), label(muted ? 'unmute' : 'mute'));
  });

  // One of the speeds on offer further: 1 faster, -1 slower.
  function stepRate(step) {
    const rates = [...$('rate').options].map((option) => Number(option.value));
    const at = rates.indexOf(state.now.rate) + step;
    if (at in rates) state.set({ rate: rates[at] });
  }

  function stepVolume(step) {
    const volume = Math.min(1, Math.max(0, state.now.volume + step));
    state.set({ volume, muted: false });
  }

  // A click on a word plays from there; one that ends a selection is only a selection.
  let wasSelected = false; // then it only takes the selection back
  $('story').addEventListener('pointerdown', () => { wasSelected = isSelected(); });
  const isSelected = () => !document.getSelection().isCollapsed;
  $('story').addEventListener('click', (event) => {
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const spot = event.target.closest('.w, .s');
    if (!spot || !isPlain || isSelected() || wasSelected) return;
    playFrom(pages.index(spot), startOf.get(spot) / 1000);
  });

  function playFrom(index, time_s) {
    player.goTo(index, time_s);
    player.play();
    follow.stay();
  }

  function stepSentence(step) {
    const to_s = highlight.neighbour(state.now.time_s, step);
    if (to_s !== null) player.goTo(state.now.chapter, to_s);
    else if (step > 0) player.next();
    else player.previous();
    follow.comeBack();
  }

  return { stepRate, stepVolume, stepSentence };
})();
