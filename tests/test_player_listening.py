"""The player's sound, as a browser plays it: words, chapters, stems, keys, sleep, memory."""

import shutil
from statistics import median

import pytest
from browser import Reader

MUSIC = "sounds.find((a) => a.src.includes('.music.') && !a.paused)"
WOLF, FOX, END = "01 The Wolf.mp3", "02 The Fox.mp3", "03 The End.mp3"


def near_end(reader, left_s):
    """Play the first chapter from shortly before its end."""
    reader.page.click("#play")
    reader.wait("voice().readyState > 2")
    reader.run("(left) => { voice().currentTime = voice().duration - left; }", left_s)


def test_it_opens_from_the_disk_and_plays(reader):
    """A double-click and one on play: the story is there, the voice sounds, and is followed."""
    assert "hungry" in reader.page.inner_text("#chapter-1")
    assert reader.page.inner_text("#now") == "The Wolf"
    assert reader.run("voice().paused")
    reader.page.click("#play")
    reader.wait("voice().currentTime > 0.3")
    assert reader.run("document.body.classList.contains('playing')")
    reader.page.click("#play")
    reader.wait("voice().paused")
    assert reader.file == WOLF


@pytest.mark.parametrize("text", ["hungry,", "window", "asleep."])
def test_a_click_on_a_word_plays_from_there(reader, text):
    """Sound begins within 100 ms of the word, which is the one that is lit."""
    reader.run("""() => {
      window.landed = null;
      for (const sound of sounds) {
        sound.addEventListener('playing', () => {
          landed = landed || [sound.currentTime, document.querySelector('.w.spoken').textContent];
        });
      }
    }""")
    reader.word(text).click()
    reader.wait("landed !== null")
    landed_s, lit = reader.run("landed")
    assert landed_s == pytest.approx(reader.timeline().start_s(text), abs=0.1)
    assert lit == text
    assert not reader.run("voice().paused")


def test_a_tap_on_a_word_plays_from_there(browser, player_book):
    """On a phone as well, where a finger points."""
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with Reader.of(browser, player_book, **phone) as reader:
        reader.word("hungry,").tap()
        reader.wait("!voice().paused && document.querySelector('.w.spoken')")
        start_s = reader.timeline().start_s("hungry,")
        assert start_s - 0.1 < reader.time_s < start_s + 5.0
        assert reader.complaints == []


def test_selecting_text_plays_nothing(reader):
    """Who copies a sentence does not want to hear it."""
    word = reader.word("hungry,")
    word.evaluate("(node) => node.scrollIntoView({ block: 'center' })")
    box = word.bounding_box()
    reader.page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    reader.page.mouse.down()
    reader.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=4)
    reader.page.mouse.up()
    selected = reader.run("getSelection().toString()")
    assert selected
    assert selected in "hungry,"
    assert reader.run("voice().paused")


def test_the_next_chapter_follows_at_once(reader):
    """It sounds within 300 ms of the end of the one before, is named, and its words are lit."""
    reader.page.click("#play")
    reader.wait("voice().readyState > 2")
    reader.run("""() => {
      window.at = {};
      for (const sound of sounds) {
        for (const name of ['ended', 'playing']) {
          sound.addEventListener(name, () => { at[name] = performance.now(); });
        }
      }
    }""")
    reader.run("voice().currentTime = voice().duration - 0.8")
    reader.wait("voice().src.includes('02') && voice().currentTime > 0.2")
    assert reader.run("at.playing - at.ended") < 300
    assert reader.page.inner_text("#now") == reader.page.inner_text("#status") == "The Fox"
    reader.wait("document.querySelector('#chapter-2 h2 .w.spoken')")


def test_a_chapter_chosen_in_a_pause_waits(reader):
    """However fast one follows the other, nothing sounds."""
    reader.page.click("#play")
    reader.wait("voice().currentTime > 0.1")
    reader.run("for (const id of ['play', 'next']) document.getElementById(id).click()")
    reader.page.wait_for_timeout(300)
    assert reader.file == FOX
    assert reader.run("[voice().paused, voice().currentTime]") == [True, 0]


@pytest.mark.parametrize("is_left", [False, True], ids=["stayed", "left"])
def test_the_book_ends(reader, is_left):
    """After the last chapter it stops and says so; play begins it again, another day as well."""
    reader.page.click("#next")
    reader.page.click("#next")
    near_end(reader, 0.4)
    reader.wait("!document.body.classList.contains('playing')")
    assert reader.file == END
    assert reader.page.inner_text("#status")
    if is_left:
        reader.page.reload()
        reader.wait("voice().readyState > 0")
        assert reader.file == END
    reader.page.click("#play")
    reader.wait("voice().src.includes('01') && voice().currentTime > 0.1")


def test_place_and_settings_are_remembered(reader):
    """A page that is opened again is where it was, as it was."""
    reader.word("mill.", 2).click()
    reader.wait("voice().currentTime > 1.5")
    reader.set("rate", 1.5)
    reader.set("volume", 40)
    reader.set("highlight", "sentences")
    reader.set("theme", "dark")
    reader.page.click("#play")
    reader.wait("voice().paused")
    left_s = reader.time_s
    reader.page.reload()
    reader.wait("voice().readyState > 0")
    assert reader.file == FOX
    assert reader.time_s == pytest.approx(left_s, abs=0.3)
    assert reader.run("[voice().volume, voice().playbackRate]") == [0.4, 1.5]
    assert reader.page.locator("#highlight").input_value() == "sentences"
    assert reader.run("document.documentElement.dataset.theme") == "dark"
    assert reader.page.inner_text(".s.spoken").startswith("A fox")


def test_a_browser_that_remembers_nothing_still_plays(browser, player_book):
    """Where storage is denied, as some do for files on a disk, nothing fails."""
    with Reader.of(browser, player_book) as reader:
        reader.page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied'); }})"
        )
        reader.page.reload()
        reader.page.click("#play")
        reader.wait("voice().currentTime > 0.1")
        assert reader.complaints == []


def test_keys_do_what_the_help_sheet_says(reader):
    """Play, words forth, chapters, speed and mute by keys; what a control is typed into is its."""
    press = reader.page.keyboard.press
    press("k")
    reader.wait("voice().currentTime > 0.1")
    press("n")
    reader.wait("voice().src.includes('02') && voice().readyState > 0")
    press(".")
    title_s = reader.timeline(2).starts_s[0]
    assert reader.time_s == pytest.approx(title_s, abs=0.1)
    press("]")
    press("m")
    assert reader.run("[voice().playbackRate, voice().volume]") == [1.1, 0]
    press("p")
    reader.wait("voice().currentTime < 1")
    assert reader.file == WOLF
    press("ArrowRight")  # the whole chapter is shorter
    press("Space")
    reader.wait("voice().paused")
    reader.page.focus("#rate")
    press("k")
    assert reader.run("voice().paused")
    reader.run("document.activeElement.blur()")
    press("Shift+?")
    assert reader.page.locator("#help").is_visible()
    assert reader.page.locator("#key-list kbd").count() >= 16
    press("Escape")
    reader.page.click("#open-settings")
    reader.page.uncheck("#shortcuts")
    press("Escape")
    press("k")
    assert reader.run("voice().paused")


def test_the_lock_screen_names_the_chapter_and_its_keys_work(reader):
    """Headset keys and the system's panel play, skip and change chapters, and know what plays."""
    reader.page.add_init_script("""
      window.keys = {};
      MediaSession.prototype.setActionHandler = (name, act) => { keys[name] = act; };
    """)
    reader.page.reload()
    reader.run("keys.play()")
    reader.wait("voice().currentTime > 0.1")
    assert reader.run("navigator.mediaSession.playbackState") == "playing"
    told = "[navigator.mediaSession.metadata.title, navigator.mediaSession.metadata.album]"
    assert reader.run(told) == ["The Wolf", "The Tale"]
    reader.run("keys.nexttrack()")
    reader.wait("voice().src.includes('02') && voice().currentTime > 0.1")
    assert reader.run(told) == ["The Fox", "The Tale"]
    reader.run("keys.seekto({ seekTime: 3 })")
    reader.wait("voice().currentTime > 2.8")
    reader.run("keys.seekbackward({ seekOffset: 2 })")
    reader.wait("voice().currentTime < 2.8")
    reader.run("keys.pause()")
    reader.wait("voice().paused")
    assert reader.run("navigator.mediaSession.playbackState") == "paused"


def test_stems_are_in_step_and_the_music_goes(reader):
    """Speech and music stay within 40 ms; without music only speech sounds, as loud as before."""
    assert reader.page.locator("#balance").count() == 1
    reader.set("balance", 50)
    reader.page.click("#play")
    reader.wait("sounds.filter((a) => !a.paused && a.currentTime > 0.2).length === 2")
    reader.set("rate", 1.2)
    apart = f"{MUSIC}.currentTime - voice().currentTime"
    reader.run(f"{MUSIC}.currentTime += 0.5")  # it is torn away, and then runs too fast
    reader.wait(f"!{MUSIC}.seeking && Math.abs({apart}) < 0.02")
    reader.run(f"{MUSIC}.playbackRate *= 1.1")
    reader.wait(f"{MUSIC}.playbackRate === voice().playbackRate && Math.abs({apart}) < 0.02")
    found = []
    for _ in range(9):
        found.append(abs(reader.run(apart)))
        assert reader.run(f"[{MUSIC}.volume, voice().volume]") == [0.5, 1]
        reader.page.wait_for_timeout(100)
    assert median(found) < 0.04
    reader.set("balance", 0)
    reader.wait("sounds.filter((a) => a.src.includes('.music.') && !a.paused).length === 0")
    assert reader.run("voice().src.includes('.speech.') && !voice().paused && voice().volume === 1")
    reader.set("balance", 100)
    reader.wait("voice().src.endsWith('.mp3') && !voice().paused")


def test_the_sleep_timer_ends_with_the_chapter(reader):
    """Words are said as loud as ever, what follows fades, and the next chapter waits."""
    reader.set("sleep", "chapter")
    near_end(reader, 4.6)
    assert reader.run("voice().volume") == 1
    reader.wait("voice().volume < 0.5")
    assert reader.file == WOLF
    assert reader.page.inner_text("#sleep-left") in ("0:00", "0:01", "0:02")
    reader.wait("!document.body.classList.contains('playing')")
    assert reader.page.inner_text("#now") == "The Fox"
    assert reader.run("[voice().paused, voice().currentTime, voice().volume]") == [True, 0, 1]
    assert reader.page.locator("#sleep").input_value() == "0"


def test_the_sleep_timer_counts_minutes_of_listening(reader):
    """It fades over its last ten seconds, pauses, and the volume is as before."""
    reader.page.clock.install()
    reader.set("sleep", "5")
    near_end(reader, 8)
    reader.page.clock.fast_forward(294_000)
    reader.wait("voice().volume < 0.7 && voice().volume > 0.2")
    reader.page.clock.fast_forward(6000)
    reader.wait("voice().paused && voice().volume === 1")
    assert reader.page.inner_text("#status")


@pytest.mark.parametrize("kept", [[], [WOLF]])
def test_a_lost_file_is_named(browser, player_book, tmp_path, kept):
    """A page that was moved away from its sound says in a sentence which file it misses."""
    shutil.copy(player_book / "index.html", tmp_path)
    (tmp_path / "chapters").mkdir()
    for name in kept:
        shutil.copy(player_book / "chapters" / name, tmp_path / "chapters")
    with Reader.of(browser, tmp_path) as reader:
        if kept:
            near_end(reader, 0.5)
        else:
            reader.page.click("#play")
        lost = [WOLF, FOX][len(kept)]
        reader.wait(f"document.getElementById('status').textContent.includes('{lost}')")
        assert reader.page.locator("#status").is_visible()
        assert not reader.run("document.body.classList.contains('playing')")
        if kept:
            return
        shutil.copytree(player_book / "chapters", tmp_path / "chapters", dirs_exist_ok=True)
        reader.page.click("#play")
        reader.wait("voice().currentTime > 0.1")
        assert reader.page.inner_text("#status") == ""


def test_lost_stems_are_no_loss(browser, player_book, tmp_path):
    """Where stems were not copied along, the chapter's own file plays, music and all."""
    shutil.copy(player_book / "index.html", tmp_path)
    shutil.copytree(player_book / "chapters", tmp_path / "chapters")
    with Reader.of(browser, tmp_path) as reader:
        reader.set("balance", 0)
        reader.page.click("#play")
        reader.wait("voice().src.endsWith('.mp3') && voice().currentTime > 0.1")
        assert reader.page.inner_text("#status") == ""


def test_a_page_that_carries_its_sound_plays_it(browser, player_book, tmp_path):
    """One file, alone in a folder, plays; from it nothing else is asked for."""
    shutil.copy(player_book / "The Tale.html", tmp_path)
    with Reader.of(browser, tmp_path, "The Tale.html") as reader:
        reader.page.click("#play")
        reader.wait("sounds.some((a) => a.src.startsWith('blob:') && a.currentTime > 0.2)")
        assert reader.complaints == []
        assert {url.partition(":")[0] for url in reader.requests} <= {"file", "blob", "data"}
