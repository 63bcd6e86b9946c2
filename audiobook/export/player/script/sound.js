// One chapter's sound: its own file; or, where the listener wants less music and there are stems,
// speech and music as two elements in step, since pages opened from a disk get silence out of
// Web Audio.

const STEP_S = 0.01; // as far apart as two sounds may be before anything is done
const LOST_S = 0.15; // more than this is made up by a jump, not by hurrying
const HURRY = 0.1; // how much faster or slower music may become: under speech nobody hears it

function makeSound(told) {
  const voice = new Audio();
  const music = new Audio();
  let chapter = null;
  let isApart = false;
  let start_s = 0; // where to begin, until the file is there to be told
  let rate = 1;

  for (const player of [voice, music]) {
    for (const name of ['preservesPitch', 'mozPreservesPitch', 'webkitPreservesPitch']) {
      if (name in player) player[name] = true;
    }
  }

  function load(next, apart) {
    isApart = Boolean(apart && next.speech);
    chapter = next;
    start_s = 0;
    open(voice, isApart ? next.speech : next.file);
    if (isApart && next.music) open(music, next.music);
    else close(music);
    setRate(rate);
  }

  function open(player, file) {
    player.preload = 'auto';
    player.src = soundUrl(file);
  }

  function close(player) {
    player.pause();
    if (!player.hasAttribute('src')) return;
    player.removeAttribute('src');
    player.load();
  }

  function setRate(next) {
    rate = next;
    for (const player of [voice, music]) {
      player.defaultPlaybackRate = rate; // what loading goes back to
      player.playbackRate = rate;
    }
  }

  function setLevels(level, musicPart) {
    voice.volume = level;
    music.volume = level * musicPart;
    inStep();
  }

  function seek(time_s) {
    start_s = time_s;
    if (voice.readyState === 0) return; // done when the length is known
    if (voice.currentTime === time_s) return; // it lies ready there: no need to look for it
    voice.currentTime = time_s;
    if (music.readyState > 0) music.currentTime = time_s;
  }

  function play() {
    const begun = voice.play();
    inStep();
    return begun;
  }

  // Speech leads. The music stands still where speech does and where it would not be heard, which
  // also silences it on phones that give pages no say over the volume.
  function inStep() {
    const isHeard = isApart && music.hasAttribute('src') && music.volume > 0 &&
      !voice.paused && !voice.seeking && voice.readyState > 2;
    if (!isHeard) {
      music.pause();
      return;
    }
    if (music.paused && !music.ended) {
      music.currentTime = voice.currentTime;
      music.play().catch(() => {}); // the voice's own refusal is told
      return;
    }
    const ahead_s = music.currentTime - voice.currentTime;
    if (Math.abs(ahead_s) > LOST_S && !music.seeking) music.currentTime = voice.currentTime;
    // As much as makes it up within a second: what is left is asked about four times in one.
    const hurry = Math.abs(ahead_s) > STEP_S ? Math.min(HURRY, Math.max(-HURRY, -ahead_s)) : 0;
    const wanted = rate * (1 + hurry);
    if (music.playbackRate !== wanted) music.playbackRate = wanted;
  }

  voice.addEventListener('loadedmetadata', () => { if (start_s) voice.currentTime = start_s; });
  for (const name of ['playing', 'waiting', 'seeked', 'pause', 'timeupdate']) {
    voice.addEventListener(name, inStep);
  }
  for (const name of ['play', 'pause', 'ended', 'timeupdate', 'seeked', 'loadedmetadata']) {
    voice.addEventListener(name, () => told(self, name));
  }
  // A stem that is gone is no reason to stop: the chapter's own file has everything.
  function failed() {
    if (!chapter) return;
    if (!isApart) {
      told(self, 'failed');
      return;
    }
    chapter.speech = null;
    told(self, 'apart');
  }
  voice.addEventListener('error', failed);
  music.addEventListener('error', () => { if (music.hasAttribute('src')) failed(); });

  const self = {
    load, play, seek, setRate, setLevels, inStep,
    pause: () => voice.pause(),
    // Within a gesture of the reader's: phones let an element play later that was loaded in one.
    bless() { if (!voice.hasAttribute('src')) { voice.load(); music.load(); } },
    get chapter() { return chapter; },
    get isApart() { return isApart; },
    get isPaused() { return voice.paused; },
    get isEnded() { return voice.ended; },
    get isBroken() { return Boolean(voice.error || music.error); },
    get time_s() { return voice.readyState === 0 ? start_s : voice.currentTime; },
    get length_s() { return voice.duration || 0; }, // once it is known
  };
  return self;
}

// Phones of one kind leave the volume to their keys: there, setting it does nothing.
const obeysVolume = (() => {
  const probe = new Audio();
  probe.volume = 0.5;
  return probe.volume === 0.5;
})();
