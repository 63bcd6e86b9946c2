// Which chapters are in the page. Those near the window, and the one being read aloud, are set;
// of the others only the title stands there, in a space as high as they will need.

const pages = (() => {
  const story = $('story');
  const WHOLE_MS = 3600e3; // a shorter book is always set whole: find in page finds all of it
  const EVERYWHERE = '1000000px';
  const isShort = book.chapters.reduce((sum, c) => sum + c.duration_ms, 0) < WHOLE_MS;
  const sections = [];
  const set = new Map(); // index -> sentences
  const near = new Set();
  let spoken = 0;
  let perMs = 0.025; // pixels of text for a millisecond of speech; measured on what is set
  let changed_ms = -1e9; // when the page last changed its length

  const size = (section) => section.getBoundingClientRect()[isVertical() ? 'width' : 'height'];

  function reserve(section, pixels) {
    section.style.minBlockSize = pixels ? `${Math.round(pixels)}px` : '';
  }

  function keepTitle(index, section) {
    const { title, written } = book.chapters[index];
    section.replaceChildren(...(written ? [element('h2', 'title', title)] : []));
    section.classList.add('far');
    name(index, section, section.firstChild);
  }

  // A title that was made up for the list of chapters stands nowhere in the text.
  function name(index, section, title) {
    if (!title) {
      section.setAttribute('aria-label', book.chapters[index].title);
      return;
    }
    title.id = `title-${index + 1}`;
    section.setAttribute('aria-labelledby', title.id);
  }

  function fill(index) {
    if (set.has(index)) return set.get(index);
    const section = sections[index];
    const before = section.getBoundingClientRect();
    const { nodes, sentences } = setChapter(textOf(index));
    section.replaceChildren(...nodes);
    name(index, section, section.querySelector('h2'));
    section.classList.remove('far');
    reserve(section, 0);
    set.set(index, sentences);
    for (const node of nodes) speller.observe(node);
    if (nodes.length > 1) perMs = size(section) / book.chapters[index].duration_ms;
    steady(before, section);
    return sentences;
  }

  function empty(index) {
    const section = sections[index];
    const holdsReader = section.contains(document.activeElement) ||
      section.contains(document.getSelection().anchorNode);
    if (index === spoken || holdsReader || !set.delete(index)) return;
    const pixels = size(section);
    keepTitle(index, section);
    reserve(section, pixels);
    changed_ms = performance.now();
  }

  // Text above that grows or shrinks must not push away what is being looked at. Where the browser
  // holds it itself, doing it here, too, would be once too often.
  function steady(before, section) {
    changed_ms = performance.now();
    if (isVertical() || CSS.supports('overflow-anchor', 'auto') || before.bottom > 0) return;
    window.scrollBy(0, size(section) - before.height);
  }

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const index = Number(entry.target.dataset.index);
      if (entry.isIntersecting) near.add(index);
      else near.delete(index);
    }
    for (const index of near) fill(index);
    for (const index of [...set.keys()]) if (!near.has(index)) empty(index);
  }, { rootMargin: isShort ? EVERYWHERE : '150%' });

  // Words are needed where they can be clicked.
  const speller = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      speller.unobserve(target);
      target.querySelectorAll('.s').forEach(spell);
    }
  }, { rootMargin: isShort ? EVERYWHERE : '50%' });

  book.chapters.forEach((chapter, index) => {
    const section = element('section', 'chapter');
    section.id = `chapter-${index + 1}`;
    section.dataset.index = index;
    keepTitle(index, section);
    sections.push(section);
  });
  story.append(...sections);
  fill(0); // tells how high the others will be
  sections.forEach((section, index) => {
    if (!set.has(index)) reserve(section, book.chapters[index].duration_ms * perMs);
    watcher.observe(section);
  });

  window.addEventListener('beforeprint', () => sections.forEach((_, index) => fill(index)));

  // The sentences of the chapter that is read aloud; it stays set however far the reader goes.
  function speak(index) {
    const before = spoken;
    spoken = index;
    const sentences = fill(index);
    sections[before].classList.remove('current');
    sections[index].classList.add('current');
    if (before !== index && !near.has(before)) empty(before);
    return sentences;
  }

  return {
    speak,
    section: (index) => sections[index],
    index: (node) => Number(node.closest('section.chapter').dataset.index),
    // Scrolling that comes from a change of length is not the reader's.
    isSettling: () => performance.now() - changed_ms < 400,
    unsettle() { changed_ms = performance.now(); },
  };
})();
