// The dialogs, and the list of chapters in theirs.

const contents = (() => {
  const dialog = $('chapters');
  let bars = null; // made when first looked at: a long book has many chapters

  function entry(title, time_s, index, to_s) {
    const button = element('button');
    button.type = 'button';
    button.append(element('span', 'n', title), ' ', element('span', 't', clockTime(time_s)));
    button.addEventListener('click', () => {
      dialog.close();
      player.goTo(index, to_s);
      follow.comeBack();
    });
    return button;
  }

  function list() {
    bars = book.chapters.map((chapter, index) => {
      const item = element('li');
      const button = entry(chapter.title, chapter.duration_ms / 1000, index, 0);
      const part = element('span', 'hidden'); // what the bar shows, in words
      const bar = element('progress');
      bar.max = 1;
      bar.setAttribute('aria-hidden', 'true');
      button.append(' ', part, bar);
      item.append(button);
      if (chapter.sections.length) {
        const inner = element('ol', 'sections');
        for (const [title, start_ms] of chapter.sections) {
          const line = element('li');
          line.append(entry(title, start_ms / 1000, index, start_ms / 1000));
          inner.append(line);
        }
        item.append(inner);
      }
      $('chapter-list').append(item);
      return { button, bar, part };
    });
  }

  function open() {
    if (!bars) list();
    bars.forEach(({ button, bar, part }, index) => {
      bar.value = memory.heard(index);
      part.textContent = `${Math.round(bar.value * 100)} %`;
      if (index === state.now.chapter) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    });
    dialog.showModal();
    bars[state.now.chapter].button.focus();
  }

  const show = { chapters: open };
  for (const id of ['settings', 'help']) show[id] = () => $(id).showModal();
  for (const [id, run] of Object.entries(show)) {
    $(`open-${id}`).addEventListener('click', run);
    // A click beside a dialog is one on the dialog itself; those inside hit something in it.
    $(id).addEventListener('click', (event) => { if (event.target === $(id)) $(id).close(); });
  }

  return show;
})();
