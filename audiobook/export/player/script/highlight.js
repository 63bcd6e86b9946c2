// Lights what is being said: the word where its time is known exactly, else the sentence.

const highlight = (() => {
  let sentences = [];
  let sentence = null;
  let word = null; // the one being said, lit or not: the page follows it in long sentences
  let lit = [];

  function light(...nodes) {
    const next = nodes.filter(Boolean);
    for (const node of lit) if (!next.includes(node)) node.classList.remove('spoken');
    for (const node of next) node.classList.add('spoken');
    lit = next;
  }

  function find({ time_s, from_s, highlight: kind }) {
    const time_ms = Math.max(time_s, from_s) * 1000;
    sentence = sentenceAt(sentences, time_ms);
    if (sentence) spell(sentence.node);
    word = wordAt(sentence, time_ms);
    const showsWord = word && sentence.x && kind === 'words';
    light(kind === 'off' ? null : sentence && sentence.node, showsWord ? word.node : null);
  }

  state.watch(['chapter'], (now) => {
    light();
    sentences = pages.speak(now.chapter);
  });
  state.watch(['chapter', 'time_s', 'highlight'], find);

  return {
    // The element that the voice is at; null where it is silent.
    place: () => (word || sentence || { node: null }).node,
    // When the last word of the chapter has been said, in s.
    get end_s() { return sentences.length ? sentences[sentences.length - 1].z / 1000 : 0; },
    // When the sentence after (1) or before (-1) the one at a time begins, in s; null if none does.
    neighbour(time_s, step) {
      const at = lastBegun(sentences, time_s * 1000);
      // As with chapters: "previous" leads first to the beginning of this one.
      const isBegun = step < 0 && at >= 0 && time_s * 1000 - sentences[at].a > 1500;
      const next = sentences[isBegun ? at : at + step];
      return next ? next.a / 1000 : null;
    },
  };
})();
