"""A BCP 47 language tag in; its three letters for media files, and which way it is written, out."""

from __future__ import annotations

__all__ = ["UNDETERMINED", "direction", "iso_639_2"]

UNDETERMINED = "und"

# The two letters of ISO 639-1 followed by the three of ISO 639-2/T: "ru" + "rus".
_CODES = """
aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel bgbul
bhbih bibis bmbam bnben bobod brbre bsbos cacat ceche chcha cocos crcre csces cuchu cvchv
cycym dadan dedeu dvdiv dzdzo eeewe elell eneng eoepo esspa etest eueus fafas ffful fifin
fjfij fofao frfra fyfry gagle gdgla glglg gngrn guguj gvglv hahau heheb hihin hohmo hrhrv
hthat huhun hyhye hzher iaina idind ieile igibo iiiii ikipk ioido isisl itita iuiku jajpn
jvjav kakat kgkon kikik kjkua kkkaz klkal kmkhm knkan kokor krkau kskas kukur kvkom kwcor
kykir lalat lbltz lglug lilim lnlin lolao ltlit lulub lvlav mgmlg mhmah mimri mkmkd mlmal
mnmon mrmar msmsa mtmlt mymya nanau nbnob ndnde nenep ngndo nlnld nnnno nonor nrnbl nvnav
nynya ococi ojoji omorm orori ososs papan pipli plpol pspus ptpor quque rmroh rnrun roron
rurus rwkin sasan scsrd sdsnd sesme sgsag sisin skslk slslv smsmo snsna sosom sqsqi srsrp
ssssw stsot susun svswe swswa tatam tetel tgtgk ththa titir tktuk tltgl tntsn toton trtur
tstso tttat twtwi tytah uguig ukukr ururd uzuzb veven vivie vovol wawln wowol xhxho yiyid
yoyor zazha zhzho zuzul
"""

_THREE_LETTERS = {pair[:2]: pair[2:] for pair in _CODES.split()}
_RTL_LANGUAGES = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "prs", "ps", "sd", "syr", "ug", "ur", "yi")
)
_RTL_SCRIPTS = frozenset(("arab", "hebr", "thaa", "syrc", "nkoo", "adlm"))


def iso_639_2(language: str) -> str:
    """Return the terminological ISO 639-2 code of a language tag, `UNDETERMINED` if unknown.

    Examples
    --------
    >>> iso_639_2("en-GB"), iso_639_2("kk"), iso_639_2("rus"), iso_639_2("")
    ('eng', 'kaz', 'rus', 'und')
    """
    primary = language.replace("_", "-").partition("-")[0].lower()
    if len(primary) == 3 and primary.isascii() and primary.isalpha():
        return primary
    return _THREE_LETTERS.get(primary, UNDETERMINED)


def direction(language: str) -> str:
    """Return how a language is written.

    Examples
    --------
    >>> direction("ar-EG"), direction("az-Arab"), direction("ku"), direction("ja")
    ('rtl', 'rtl', 'ltr', 'ltr')
    """
    parts = language.lower().split("-")
    scripts = [part for part in parts[1:] if len(part) == 4 and part.isalpha()]
    is_rtl = scripts[0] in _RTL_SCRIPTS if scripts else parts[0] in _RTL_LANGUAGES
    return "rtl" if is_rtl else "ltr"
