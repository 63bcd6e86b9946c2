// Keys, and the help sheet, from one table.

(() => {
  const TABLE = [
    [['k', ' '], 'play', player.toggle],
    [['j', 'ArrowLeft'], 'back', () => player.skip(-SKIP_S)],
    [['l', 'ArrowRight'], 'forward', () => player.skip(SKIP_S)],
    [[','], 'previous-sentence', () => controls.stepSentence(-1)],
    [['.'], 'next-sentence', () => controls.stepSentence(1)],
    [['p', 'Shift+ArrowLeft'], 'previous', () => { player.previous(); follow.comeBack(); }],
    [['n', 'Shift+ArrowRight'], 'next', () => { player.next(); follow.comeBack(); }],
    [['[', '<'], 'slower', () => controls.stepRate(-1)],
    [[']', '>'], 'faster', () => controls.stepRate(1)],
    [['-'], 'quieter', () => controls.stepVolume(-0.1)],
    [['+', '='], 'louder', () => controls.stepVolume(0.1)],
    [['m'], 'mute', () => state.set({ muted: !state.now.muted })],
    [['f'], 'follow', follow.comeBack],
    [['c'], 'chapters', () => contents.chapters()],
    [['s'], 'sleep', () => sleep.step()],
    [['?'], 'help', () => contents.help()],
  ];
  const SIGNS = { ArrowLeft: '←', ArrowRight: '→', ' ': label('space'), Shift: label('shift') };
  // Right-to-left pages run from the right, time too.
  const MIRRORED = { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' };

  const commands = new Map();
  for (const [names, , run] of TABLE) for (const key of names) commands.set(key, run);

  // The name of a key. Where another script is typed, its place stands for the Latin letter.
  function named({ key, code, shiftKey }) {
    const isForeign = key.length === 1 && key > '~' && code.startsWith('Key');
    const plain = isForeign ? code.slice(3).toLowerCase() : key;
    const turned = (book.direction === 'rtl' && MIRRORED[plain]) || plain;
    if (turned.length > 1) return (shiftKey ? 'Shift+' : '') + turned;
    return turned.toLowerCase();
  }

  // What a control does with keys is its own; a single letter means nothing to a button.
  function isTaken(target, key) {
    if (document.querySelector('dialog[open]')) return true;
    if (!target.closest) return false;
    if (target.closest('select, textarea, [contenteditable], input:not([type="range"])')) return true;
    if (target.closest('input')) return key.includes('Arrow');
    return key === ' ' && Boolean(target.closest('button, a, summary'));
  }

  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const key = named(event);
    const run = commands.get(key);
    if (!run || !state.now.shortcuts || event.defaultPrevented) return;
    if (isTaken(event.target, key)) return;
    event.preventDefault();
    run();
  });

  for (const [names, does] of TABLE) {
    const line = element('div');
    const term = element('dt');
    names.forEach((key, at) => {
      if (at) term.append(' ');
      key.split('+').filter(Boolean).forEach((part, place) => {
        if (place) term.append(' + ');
        term.append(element('kbd', '', SIGNS[part] || part));
      });
      if (key === '+') term.append(element('kbd', '', '+'));
    });
    line.append(term, element('dd', '', label(does)));
    $('key-list').append(line);
  }
})();
