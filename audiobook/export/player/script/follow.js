// The page goes along with the voice, until the reader goes elsewhere.

const follow = (() => {
  const UPPER = 0.12; // the band of the visible text in which the spoken line may be,
  const LOWER = 0.72;
  const REST = 0.3; // and where it is brought when it leaves that
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  let own_until_ms = 0; // the page itself is scrolling until then,
  let goal = 0; // to there

  const place = () => (isVertical() ? window.scrollX : window.scrollY);

  // Where the visible text begins and ends along the axis that it is read on.
  function visible() {
    if (isVertical()) return [0, window.innerWidth];
    const bar = $('player').getBoundingClientRect();
    const isBelow = bar.top > window.innerHeight / 2;
    return [isBelow ? 0 : Math.max(0, bar.bottom), isBelow ? bar.top : window.innerHeight];
  }

  function bring(node, always = false) {
    const [first, last] = visible();
    const rect = node.getClientRects()[0] || node.getBoundingClientRect();
    // Vertical text goes from the right to the left: its lines begin at their right edge.
    const [near, far] = isVertical()
      ? [last - rect.right, last - rect.left] : [rect.top - first, rect.bottom - first];
    const length = last - first;
    if (!always && near >= UPPER * length && far <= LOWER * length) return;
    const distance = near - REST * length;
    const isFar = Math.abs(distance) > 3 * length;
    goal = place() + (isVertical() ? -distance : distance);
    own_until_ms = performance.now() + 1200;
    window.scrollTo({
      [isVertical() ? 'left' : 'top']: goal,
      behavior: calm.matches || isFar ? 'instant' : 'smooth',
    });
  }

  function keepUp() {
    const node = highlight.place();
    if (node && state.now.following && !document.hidden) bring(node);
  }

  function leave() {
    own_until_ms = 0;
    if (state.now.playing) state.set({ following: false });
  }

  function comeBack() {
    state.set({ following: true });
    bring(highlight.place() || pages.section(state.now.chapter), true);
  }

  // The voice begins at what the reader clicked, which is in sight: the page stays where it is. What
  // is told of a scroll that went before is no new one.
  function stay() {
    own_until_ms = Math.max(own_until_ms, performance.now() + 300);
    state.set({ following: true });
  }

  // What only a reader does ends it at once, a scroll of the page's own included. Everything else
  // that scrolls (the scrollbar, find in page, a screen reader) is known by nobody else having
  // caused it.
  for (const kind of ['wheel', 'touchmove']) {
    window.addEventListener(kind, (event) => {
      if (!event.target.closest || !event.target.closest('#player, dialog')) leave();
    }, { passive: true });
  }
  window.addEventListener('scroll', () => {
    if (performance.now() > own_until_ms && !pages.isSettling()) leave();
  }, { passive: true });
  window.addEventListener('scrollend', () => { // it may be that of a scroll before
    if (Math.abs(place() - goal) < 2) own_until_ms = performance.now() + 100;
  });
  window.addEventListener('resize', () => { pages.unsettle(); keepUp(); });

  state.watch(['following'], ({ following }) => {
    document.body.classList.toggle('following', following);
    $('follow').hidden = following;
  });
  $('follow').addEventListener('click', comeBack);

  let last = null;
  state.watch(['chapter', 'time_s', 'playing', 'following'], (now) => {
    const node = highlight.place();
    if (node === last && now.playing) return; // once for each word is enough
    last = node;
    if (now.playing) keepUp();
  });

  return { comeBack, keepUp, stay };
})();
