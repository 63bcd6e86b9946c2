// Which of some stretches of time holds at a time. They are in order, and do not overlap.

// The last one that has begun; -1 before the first.
function lastBegun(stretches, time_ms) {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle].a <= time_ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// A pause within a passage leaves its last sentence lit, so that the eye has a place to rest; in a
// longer one, where there is only music, nothing is being said, and nothing is lit.
const LINGER_MS = 2500;

function sentenceAt(sentences, time_ms) {
  const sentence = sentences[lastBegun(sentences, time_ms)];
  return sentence && time_ms < sentence.z + LINGER_MS ? sentence : null;
}

// A word stays lit until the next one: gaps between words are too short to be seen as anything
// but flicker. The last goes out with its sentence.
function wordAt(sentence, time_ms) {
  if (!sentence || time_ms >= sentence.z) return null;
  return sentence.words[lastBegun(sentence.words, time_ms)] || null;
}
