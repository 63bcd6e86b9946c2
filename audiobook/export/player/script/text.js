// A chapter's blocks in, elements out. Every text goes in as text, so that none of it is markup.

const startOf = new WeakMap(); // ms at which an element (sentence or word) begins to be said
const unspelled = new WeakMap(); // sentences whose words have no elements yet

function element(name, className = '', text = '') {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

const TAGS = { title: 'h2', heading: 'h3', p: 'p', verse: 'p', break: 'hr' };
const CLASSES = { title: 'title', heading: 'heading', p: '', verse: 'verse', break: 'scene' };
const N_COLOURS = 8;

// Returns {nodes, sentences}: what to put into the page, and what is said when, in order:
// sentences are {a, z, x, node, words: [{a, z, node}]}, times in ms. A sentence has no words until
// it is spelled: elements for those of a whole chapter take eight times as long as its text.
function setChapter(blocks) {
  const sentences = [];
  const nodes = blocks.map((block) => setBlock(block, sentences));
  sentences.sort((one, other) => one.a - other.a);
  return { nodes, sentences };
}

function setBlock(block, sentences) {
  const node = element(TAGS[block.k] || 'p', CLASSES[block.k] || '');
  if (block.o) node.classList.add('opening');
  const voices = new Set();
  for (const part of block.s || []) {
    if (part.a == null) {
      node.append(...setPieces(typeof part === 'string' ? [part] : part.w));
      continue;
    }
    node.append(setSentence(part, sentences));
    if (part.v) voices.add(part.v);
  }
  if (voices.size) {
    const [first] = voices;
    node.dataset.speaker = [...voices].map((voice) => book.speakers[voice]).join(', ');
    node.classList.add(colourOf(first));
  }
  return node;
}

function colourOf(speaker) {
  return `speaker-${((speaker - 1) % N_COLOURS) + 1}`;
}

function setSentence({ a, z, x, v, w }, sentences) {
  const node = element('span', v ? `s ${colourOf(v)}` : 's');
  node.dataset.a = a;
  node.append(...setPieces(w));
  startOf.set(node, a);
  const words = [];
  sentences.push({ a, z, x, node, words });
  unspelled.set(node, { pieces: w, words });
  return node;
}

// Gives each word of a sentence an element of its own.
function spell(node) {
  const { pieces, words } = unspelled.get(node) || {};
  if (!unspelled.delete(node)) return;
  node.replaceChildren(...setPieces(pieces, words));
}

function setPieces(pieces, words) {
  return pieces.flatMap((piece) => {
    const [text, a, z, emphasis] = typeof piece === 'string' ? [piece] : piece;
    const runs = setRuns(text, emphasis);
    if (a == null || !words) return runs;
    const node = element('span', 'w');
    node.append(...runs);
    startOf.set(node, a);
    words.push({ a, z, node });
    return [node];
  });
}

// A text of which only a part is emphasised comes in runs: [["Fo", "strong"], ["o", ""]].
function setRuns(text, emphasis) {
  const runs = typeof text === 'string' ? [[text, emphasis]] : text;
  return runs.map(([run, marks]) => {
    let node = document.createTextNode(run);
    for (const mark of (marks || '').split(' ').filter(Boolean).reverse()) {
      const outer = element(mark === 'strong' ? 'strong' : 'em');
      outer.append(node);
      node = outer;
    }
    return node;
  });
}
