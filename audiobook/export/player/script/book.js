// The book's data, as the page carries it. A chapter's text is parsed when it is first asked for:
// twenty hours of it would keep a reader waiting.

const $ = (id) => document.getElementById(id);

const book = JSON.parse($('book').textContent);

function label(key, values = {}) {
  const text = book.labels[key] || key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

function textOf(index) {
  const data = $(`text-${index}`);
  return data ? JSON.parse(data.textContent) : [];
}

const embedded = new Map();

// Where a chapter's sound is. Sound that the page itself carries becomes a blob when it is first
// played, and stays one: making it anew at every chapter would cost more than keeping it.
function soundUrl(file) {
  if (!file.startsWith('#')) return file;
  if (!embedded.has(file)) {
    const bytes = atob($(file.slice(1)).textContent.trim());
    const data = Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
    embedded.set(file, URL.createObjectURL(new Blob([data], { type: 'audio/mpeg' })));
  }
  return embedded.get(file);
}

function fileName(file) {
  return file.startsWith('#') ? document.title : decodeURIComponent(file);
}

// 754 -> "12:34", 3754 -> "1:02:34": what every player shows, whatever the language.
function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return (hours ? `${hours}:${two(minutes)}` : String(minutes)) + ':' + two(whole % 60);
}

// Some languages may be set from the top to the bottom; the reader chooses.
const isVertical = () => document.documentElement.dataset.writing === 'vertical';
