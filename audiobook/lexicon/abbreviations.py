"""Abbreviations by language: what they stand for, and where that is certain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["ENGLISH_LETTERS", "STARTERS", "Abbreviation", "Place", "abbreviations"]


class Place(Enum):
    """Where an abbreviation means what its entry says."""

    ANYWHERE = auto()
    BEFORE_NAME = auto()  # a capital follows that opens no sentence
    AFTER_NAME = auto()  # the word before has a capital
    BEFORE_NUMBER = auto()


@dataclass(frozen=True)
class Abbreviation:
    """What an abbreviation stands for; ``may_end`` when a sentence can end with it."""

    say: str
    place: Place = Place.ANYWHERE
    may_end: bool = False


# Words that open a sentence after an abbreviation far more often than they are names.
_STARTERS = """
he she it they we you i the a an this that these those there then but and so when what who why
how his her their my our your its in on at as if for no yes not now after before from with by is
was were did do does can could would should even only once while where
"""
STARTERS = frozenset(_STARTERS.split())

# Engines read a lone "A" as the article; its name has to be spelt in sounds.
_LETTER_NAMES = """
ˈeɪ bˈiː sˈiː dˈiː ˈiː ˈɛf dʒˈiː ˈeɪtʃ ˈaɪ dʒˈeɪ kˈeɪ ˈɛl ˈɛm
ˈɛn ˈoʊ pˈiː kjˈuː ˈɑːɹ ˈɛs tˈiː jˈuː vˈiː dˈʌbəljˌuː ˈɛks wˈaɪ zˈiː
"""
ENGLISH_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTER_NAMES.split(), strict=True))

_NAME, _AFTER, _NUMBER = Place.BEFORE_NAME, Place.AFTER_NAME, Place.BEFORE_NUMBER


def _titles(pairs: str) -> dict[str, tuple[Abbreviation, ...]]:
    """Read "Prof. = Professor; ..." as titles that stand before names."""
    return _table(pairs, Place.BEFORE_NAME, may_end=False)


def _table(pairs: str, place: Place, *, may_end: bool) -> dict[str, tuple[Abbreviation, ...]]:
    table: dict[str, tuple[Abbreviation, ...]] = {}
    for pair in pairs.split(";"):
        short, long = pair.split("=")
        table[short.strip()] = (Abbreviation(long.strip(), place, may_end),)
    return table


_ENGLISH = {
    **_table("Mr. = Mister; Mrs. = Missus; Ms. = Miz; Messrs. = Messers",
             Place.ANYWHERE, may_end=False),
    **_titles(
        "Prof. = Professor; Rev. = Reverend; Capt. = Captain; Col. = Colonel; Gen. = General;"
        "Lt. = Lieutenant; Sgt. = Sergeant; Maj. = Major; Hon. = Honorable; Gov. = Governor;"
        "Sen. = Senator; Mt. = Mount; Ft. = Fort; Fr. = Father; Mme. = Madame;"
        # As the British write them; engines know Mr, Mrs, Dr and St.
        "Ms = Miz; Prof = Professor; Rev = Reverend; Capt = Captain; Col = Colonel;"
        "Lt = Lieutenant; Sgt = Sergeant; Mt = Mount; Messrs = Messers; Mme = Madame;"
        "Mlle = Mademoiselle"
    ),
    **_table("Jr = Junior; Sr = Senior", Place.AFTER_NAME, may_end=False),
    **_table("vs = versus", Place.ANYWHERE, may_end=False),
    **_table("Jr. = Junior; Sr. = Senior; Bros. = Brothers; Inc. = Incorporated; Ltd. = Limited",
             Place.AFTER_NAME, may_end=True),
    **_table("e.g. = for example; i.e. = that is; vs. = versus; cf. = compare; viz. = namely",
             Place.ANYWHERE, may_end=False),
    **_table("etc. = et cetera; p.m. = PM; a.m. = AM; Ph.D. = P H D",
             Place.ANYWHERE, may_end=True),
    **_table(
        "No. = Number; no. = number; Nos. = Numbers; vol. = volume; Vol. = Volume; p. = page;"
        "pp. = pages; fig. = figure; Fig. = Figure; ch. = chapter; Ch. = Chapter; ca. = circa;"
        "c. = circa; approx. = approximately; Jan. = January; Feb. = February; Aug. = August;"
        "Sept. = September; Oct. = October; Nov. = November; Dec. = December",
        Place.BEFORE_NUMBER, may_end=False),
    "Dr.": (Abbreviation("Doctor", _NAME), Abbreviation("Drive", _AFTER, may_end=True)),
    "St.": (Abbreviation("Saint", _NAME), Abbreviation("Street", _AFTER, may_end=True)),
    "Ave.": (Abbreviation("Avenue", _AFTER, may_end=True),),
    "Rd.": (Abbreviation("Road", _AFTER, may_end=True),),
}  # fmt: skip

_TABLES = {
    "en": _ENGLISH,
    "de": {
        **_titles("Dr. = Doktor; Prof. = Professor; Hr. = Herr; St. = Sankt; Fr. = Frau;"
                  "Frl. = Fräulein; Dr = Doktor; Prof = Professor"),
        **_table("z. B. = zum Beispiel; z.B. = zum Beispiel; d. h. = das heißt; d.h. = das heißt;"
                 "bzw. = beziehungsweise; ca. = circa", Place.ANYWHERE, may_end=False),
        **_table("usw. = und so weiter; etc. = et cetera", Place.ANYWHERE, may_end=True),
        **_table("Nr. = Nummer; S. = Seite", _NUMBER, may_end=False),
    },
    "fr": {
        **_titles("M. = Monsieur; MM. = Messieurs; Dr. = Docteur; St. = Saint; Mgr = Monseigneur;"
                  "Mlles = Mesdemoiselles"),
        **_table("p. ex. = par exemple; c.-à-d. = c'est-à-dire", Place.ANYWHERE, may_end=False),
        **_table("etc. = et cetera", Place.ANYWHERE, may_end=True),
        **_table("p. = page; chap. = chapitre; vol. = volume", _NUMBER, may_end=False),
    },
    "es": {
        **_titles("Sr. = señor; Sra. = señora; Srta. = señorita; Dr. = doctor; Dra. = doctora"),
        **_table("p. ej. = por ejemplo; Ud. = usted; Uds. = ustedes",
                 Place.ANYWHERE, may_end=False),
        **_table("etc. = etcétera", Place.ANYWHERE, may_end=True),
        **_table("p. = página; pág. = página; cap. = capítulo", _NUMBER, may_end=False),
    },
    "it": {
        **_titles("Sig. = signor; Sig.ra = signora; Dott. = dottor; Prof. = professor"),
        **_table("ecc. = eccetera; etc. = eccetera", Place.ANYWHERE, may_end=True),
    },
    "pt": {
        **_titles("Sr. = senhor; Sra. = senhora; Dr. = doutor; Dra. = doutora; D. = dona"),
        **_table("etc. = et cétera", Place.ANYWHERE, may_end=True),
    },
    "ru": {
        **_table("т. е. = то есть; т.е. = то есть; г-н = господин; г-жа = госпожа;"
                 "напр. = например",
                 Place.ANYWHERE, may_end=False),
        **_table("т. д. = так далее; т.д. = так далее; т. п. = тому подобное; т.п. = тому подобное",
                 Place.ANYWHERE, may_end=True),
        **_table("стр. = страница; гл. = глава", _NUMBER, may_end=False),
    },
    "kk": {
        **_table("т.б. = тағы басқалар; т. б. = тағы басқалар; т.с.с. = тағы сол сияқты",
                 Place.ANYWHERE, may_end=True),
    },
}  # fmt: skip


def abbreviations(language: str) -> dict[str, tuple[Abbreviation, ...]]:
    """Return what each abbreviation may stand for, by its printed form with single spaces.

    Parameters
    ----------
    language : str
        Primary subtag in lower case; none are known for most languages.
    """
    return _TABLES.get(language, {})
