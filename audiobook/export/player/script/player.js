// The book's sound: one chapter plays while the next lies ready. The only place that starts,
// stops or moves it.

const SKIP_S = 15;

const player = (() => {
  const READY_S = 45; // before the end of a chapter the next is loaded
  // Chromium begins a constant-rate MP3 up to 70 ms late, the more the nearer to its end: the first
  // sound of a word must not be lost.
  const LEAD_S = 0.04;
  const AGAIN_S = 3; // "previous" within it leads to the chapter before, later to this one's start
  let sound = makeSound(heard);
  let spare = makeSound(heard); // the chapter after, or the one before
  let isWaited = false; // the listener asked for sound and has not been given any yet
  let isAtEnd = false; // of the book

  function heard(who, event) {
    if (who !== sound) return;
    if (event === 'failed') return fail();
    if (event === 'apart') return reload();
    if (event === 'ended') return finish();
    if (event === 'pause' && sound.isEnded) return;
    if (event === 'play' || event === 'pause') state.set({ playing: !sound.isPaused });
    pulse();
  }

  const lengthOf = () => sound.length_s || book.chapters[state.now.chapter].duration_ms / 1000;
  const isApart = () => state.now.music < 1;
  const isReady = (one, chapter) => one.chapter === chapter &&
    one.isApart === Boolean(isApart() && chapter.speech);

  function open(index, time_s) {
    const chapter = book.chapters[index];
    if (isReady(spare, chapter) && !spare.isBroken) {
      [sound, spare] = [spare, sound];
      spare.pause();
    } else {
      sound.pause();
      sound.load(chapter, isApart());
    }
    setLevels();
    sound.setRate(state.now.rate);
    begin(index, time_s);
  }

  function begin(chapter, time_s) {
    sound.seek(Math.max(0, time_s - LEAD_S));
    isAtEnd = false;
    state.set({ chapter, time_s, from_s: time_s });
  }

  function load() {
    sound.load(book.chapters[state.now.chapter], isApart());
    sound.seek(state.now.time_s);
  }

  function reload() {
    load();
    if (state.now.playing || isWaited) play();
  }

  function setLevels() {
    const { volume, muted, fade, music } = state.now;
    sound.setLevels(muted ? 0 : volume * fade, music);
  }

  function play() {
    isWaited = true;
    if (!sound.chapter) return; // it is not there yet; `open` begins
    if (isAtEnd) open(0, 0);
    else if (sound.isBroken) load(); // the file may be there again
    spare.bless();
    sound.play().then(() => { isWaited = false; }, (error) => {
      if (error.name === 'NotAllowedError') tell(label('press-play'), 'problem');
      if (error.name !== 'AbortError') state.set({ playing: false });
    });
  }

  function pause() {
    isWaited = false;
    sound.pause();
    state.set({ playing: false }); // its event comes later, and a chapter may be chosen before
  }

  function fail() {
    isWaited = false;
    state.set({ playing: false });
    tell(label('missing', { file: fileName(sound.chapter.file) }), 'problem');
  }

  function finish() {
    const { chapter, sleep } = state.now;
    const next = chapter + 1;
    if (next === book.chapters.length) {
      isAtEnd = true;
      state.set({ playing: false, sleep: null });
      tell(label('the-end'));
      return;
    }
    open(next, 0);
    if (sleep && sleep.chapter) state.set({ playing: false, sleep: null });
    else play();
  }

  function pulse() {
    state.set({ time_s: sound.time_s });
    const left_s = lengthOf() - sound.time_s;
    const next = book.chapters[state.now.chapter + 1];
    const isSoon = state.now.playing && left_s < READY_S * state.now.rate;
    if (next && isSoon && !isReady(spare, next)) spare.load(next, isApart());
  }

  // The browser tells the time four times a second, which is late for a word; a page that nobody
  // sees has no frames, and there it is enough.
  function frame() {
    if (!state.now.playing) return;
    pulse();
    requestAnimationFrame(frame);
  }
  state.watch(['playing'], ({ playing }) => {
    document.body.classList.toggle('playing', playing);
    if (playing) {
      tell('');
      requestAnimationFrame(frame);
    }
  });
  state.watch(['volume', 'muted', 'fade', 'music'], setLevels);
  state.watch(['rate'], ({ rate }) => sound.setRate(rate));
  state.watch(['music'], ({ chapter }) => {
    if (sound.chapter && !isReady(sound, book.chapters[chapter])) reload();
  });

  // A length of time back or forward goes on into the neighbouring chapter.
  function skip(seconds) {
    const to_s = sound.time_s + seconds;
    const { chapter } = state.now;
    if (to_s < 0 && chapter > 0) {
      const before_s = book.chapters[chapter - 1].duration_ms / 1000;
      goTo(chapter - 1, Math.max(0, before_s + to_s));
    } else if (to_s >= lengthOf() && chapter + 1 < book.chapters.length) {
      goTo(chapter + 1, 0);
    } else {
      goTo(chapter, Math.min(Math.max(0, to_s), lengthOf()));
    }
  }

  function goTo(index, time_s) {
    const wasWanted = state.now.playing || isWaited;
    if (index === state.now.chapter && sound.chapter) {
      begin(index, time_s);
    } else {
      open(index, time_s);
    }
    if (wasWanted && sound.isPaused) play();
  }

  // Once, when the page is there; the listener may have pressed play before.
  function start({ chapter, time_s }) {
    open(chapter, time_s);
    isAtEnd = chapter + 1 === book.chapters.length && lengthOf() - time_s < 1;
    if (isWaited) play();
  }

  return {
    start, play, pause, skip, goTo,
    toggle: () => (state.now.playing ? pause() : play()),
    next() {
      const { chapter } = state.now;
      if (chapter + 1 < book.chapters.length) goTo(chapter + 1, 0);
    },
    previous() {
      const { chapter } = state.now;
      goTo(sound.time_s < AGAIN_S && chapter > 0 ? chapter - 1 : chapter, 0);
    },
    get length_s() { return lengthOf(); },
  };
})();
