"""The player's text, as a browser shows it: what is lit when, and where the page scrolls."""

import pytest
from browser import Reader

N_SAMPLES = 20
SAMPLE = """() => new Promise((done) => {
  const all = (kind) => [...document.querySelectorAll('#chapter-1 ' + kind)];
  const words = all('.w'), sentences = all('.s'), found = [];
  const sample = () => {
    const lit = (list) => list.findIndex((node) => node.classList.contains('spoken'));
    found.push([voice().currentTime, lit(words), lit(sentences)]);
    if (found.length === N) done(found);
    else setTimeout(() => requestAnimationFrame(sample), 170);
  };
  requestAnimationFrame(sample);  // after the page's own work on the frame
})""".replace("N)", f"{N_SAMPLES})")
LATE_S = 0.03  # what of the sound passes within a frame


@pytest.mark.parametrize("kind", ["words", "sentences"])
def test_what_is_lit_is_what_is_said(reader, kind):
    """At 20 times the lit word and sentence are those of the timeline; words only if asked for."""
    reader.set("highlight", kind)
    reader.set("rate", 2)
    timeline = reader.timeline()
    reader.page.click("#play")
    reader.wait(f"voice().currentTime > {timeline.starts_s[0]}")
    found = reader.run(SAMPLE)
    assert len({word for _, word, _ in found}) > (5 if kind == "words" else 0)
    for time_s, word, sentence in found:
        when = (time_s, time_s - LATE_S)
        words = {timeline.word_at(t) for t in when} if kind == "words" else {None}
        assert (None if word < 0 else word) in words, time_s
        assert sentence in {timeline.sentence_at(t) for t in when}, time_s


def test_the_page_follows_until_the_reader_scrolls(browser, player_book):
    """The spoken line stays in view; after a turn of the wheel the page stays, and can go back."""
    small = {"viewport": {"width": 360, "height": 420}, "reduced_motion": "reduce"}
    with Reader.of(browser, player_book, **small) as reader:
        spoken = """() => {
          if (!document.querySelector('.w.spoken')) return null;
          const { top, bottom } = document.querySelector('.w.spoken').getBoundingClientRect();
          const bar = document.getElementById('player').getBoundingClientRect();
          return top >= 0 && bottom <= bar.top;
        }"""
        reader.set("rate", 3)
        reader.page.click("#play")
        reader.wait("document.querySelector('.w.spoken')")
        before = reader.run("scrollY")
        seen = []
        for _ in range(10):
            reader.page.wait_for_timeout(300)
            seen.append(reader.run(spoken))
        assert seen.count(True) > 3
        assert False not in seen
        assert reader.run("scrollY") > before
        assert reader.page.locator("#follow").is_hidden()
        reader.page.mouse.move(100, 100)
        reader.page.mouse.wheel(0, 900)
        reader.wait("!document.body.classList.contains('following')")
        reader.page.wait_for_timeout(100)
        there = reader.run("scrollY")
        reader.page.wait_for_timeout(700)
        assert reader.run("scrollY") == there
        reader.page.click("#follow")
        reader.wait(f"({spoken})()")
        assert reader.page.locator("#follow").is_hidden()


def test_a_click_leaves_the_page_where_it_is(browser, player_book):
    """What was clicked is in sight; it is followed, even while a scroll before it comes to rest."""
    small = {"viewport": {"width": 360, "height": 640}}
    with Reader.of(browser, player_book, **small) as reader:
        reader.set("rate", 0.5)
        reader.page.click("#play")
        reader.wait("document.querySelector('.w.spoken')")
        reader.page.mouse.move(100, 100)
        reader.page.mouse.wheel(0, 100)
        reader.wait("!document.body.classList.contains('following')")
        reader.run("""() => {
          document.querySelector('#chapter-2 .title').scrollIntoView();
          document.querySelector('#chapter-2 p .w').click();
        }""")
        reader.wait("document.querySelector('#chapter-2 p .w.spoken')")
        there = reader.run("scrollY")
        reader.page.wait_for_timeout(500)
        assert reader.run("document.body.classList.contains('following')")
        assert reader.run("scrollY") == there


def test_the_list_of_chapters_leads_to_sections(reader):
    """Lengths and what is open are shown; a section is played from its heading."""
    reader.page.click("#open-chapters")
    entries = reader.page.locator("#chapter-list button")
    assert entries.all_inner_texts()[0].split("\n")[0].startswith("The Wolf")
    assert reader.page.locator("#chapter-list [aria-current]").count() == 1
    entries.filter(has_text="A Visit").click()
    assert reader.page.locator("#chapters").is_hidden()
    start_s = reader.timeline(2).sentence_start_s("Visit")
    reader.wait("voice().readyState > 1")
    assert reader.time_s == pytest.approx(start_s, abs=0.1)
    assert reader.page.inner_text("#now") == "The Fox"
    assert reader.run("document.activeElement.id") == "open-chapters"
