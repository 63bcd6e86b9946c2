// The book opens where it was left.

(() => {
  const { place } = memory;
  history.scrollRestoration = 'manual'; // the voice's place counts, not the window's
  state.begin(place);
  if (place.time_s > 0 || place.chapter > 0) follow.comeBack();
  // Sound that the page carries itself stands after this script, so that the text is there first.
  const open = () => player.start(place);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', open);
  else open();

  let before = place.chapter;
  state.watch(['chapter'], ({ chapter }) => {
    if (chapter !== before) tell(book.chapters[chapter].title);
    before = chapter;
  });
})();
