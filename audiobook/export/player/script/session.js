// Lock screens and headset keys.

(() => {
  const media = navigator.mediaSession;
  if (!media) return;
  const cover = document.querySelector('#title-page img');
  // A lock screen takes no picture from a disk.
  const artwork = cover && !cover.src.startsWith('file:') ? [{ src: cover.src }] : [];

  function show({ chapter }) {
    media.metadata = new MediaMetadata({
      title: book.chapters[chapter].title,
      artist: book.author || book.narrator,
      album: book.title,
      artwork,
    });
  }

  function place({ time_s, rate, playing }) {
    media.playbackState = playing ? 'playing' : 'paused';
    const duration = player.length_s;
    if (!media.setPositionState || !(duration > 0)) return;
    media.setPositionState({ duration, playbackRate: rate, position: Math.min(time_s, duration) });
  }

  const actions = {
    play: () => player.play(),
    pause: () => player.pause(),
    stop: () => player.pause(),
    seekbackward: ({ seekOffset }) => player.skip(-(seekOffset || SKIP_S)),
    seekforward: ({ seekOffset }) => player.skip(seekOffset || SKIP_S),
    seekto: ({ seekTime }) => player.goTo(state.now.chapter, seekTime),
    previoustrack: () => player.previous(),
    nexttrack: () => player.next(),
  };
  for (const [name, run] of Object.entries(actions)) {
    try {
      media.setActionHandler(name, run);
    } catch {
      // Not every browser knows every action.
    }
  }

  // The system counts on by itself from where it is told: only what it cannot know is told.
  let told_s = 0;
  let told_ms = 0;
  let toldPlaying = false;
  state.watch(['chapter'], show);
  state.watch(['time_s', 'rate', 'playing', 'chapter'], (now) => {
    const passed_s = ((performance.now() - told_ms) / 1000) * now.rate;
    const isExpected = Math.abs(told_s + passed_s - now.time_s) < 1 && passed_s < 30;
    if (now.playing && toldPlaying && isExpected) return;
    told_s = now.time_s;
    told_ms = performance.now();
    toldPlaying = now.playing;
    place(now);
  });
})();
