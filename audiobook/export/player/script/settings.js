// How the page looks: each setting is a control, and an attribute or property that styles go by.

(() => {
  const root = document.documentElement;
  const valueOf = (control) => (control.type === 'checkbox' ? control.checked : control.value);

  function bind(id, apply) {
    const control = $(id);
    const kept = memory.look[id];
    if (typeof kept === typeof valueOf(control)) {
      if (control.type === 'checkbox') control.checked = kept;
      else control.value = kept;
      if (control.tagName === 'SELECT' && control.selectedIndex < 0) control.selectedIndex = 0;
    }
    apply(valueOf(control));
    control.addEventListener('input', () => {
      apply(valueOf(control));
      memory.setLook(id, valueOf(control));
      pages.unsettle();
      follow.keepUp();
    });
  }

  bind('theme', (value) => { root.dataset.theme = value; });
  bind('font', (value) => { root.dataset.font = value; });
  bind('text-size', (value) => { root.style.setProperty('--text-size', value); });
  bind('highlight', (value) => { state.set({ highlight: value }); });
  bind('shortcuts', (value) => { state.set({ shortcuts: value }); });
  if (book.vertical) {
    $('vertical-row').hidden = false;
    bind('vertical', (value) => {
      if (value) root.dataset.writing = 'vertical';
      else delete root.dataset.writing;
    });
  }
})();
