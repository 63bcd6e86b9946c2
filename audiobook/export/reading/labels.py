"""A language in, the few words out that a book says of itself around the story."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Labels", "labels_for"]


@dataclass(frozen=True)
class Labels:
    """Names of the parts of a book; ``read_by`` stands before the narrator's name."""

    cover: str
    title_page: str
    contents: str
    landmarks: str
    beginning: str
    read_by: str


_ENGLISH = Labels("Cover", "Title page", "Contents", "Landmarks", "Beginning", "Read by")
_LABELS = {
    "en": _ENGLISH,
    "ar": Labels("الغلاف", "صفحة العنوان", "المحتويات", "المعالم", "البداية", "بصوت"),
    "cs": Labels("Obálka", "Titulní strana", "Obsah", "Rozcestník", "Začátek", "Čte"),
    "de": Labels("Umschlag", "Titelseite", "Inhalt", "Wegweiser", "Beginn", "Gelesen von"),
    "es": Labels("Cubierta", "Portada", "Índice", "Puntos de referencia", "Comienzo", "Leído por"),
    "fr": Labels("Couverture", "Page de titre", "Sommaire", "Repères", "Début", "Lu par"),
    "hi": Labels("आवरण", "शीर्षक पृष्ठ", "विषय-सूची", "मुख्य स्थान", "आरंभ", "वाचन"),
    "it": Labels("Copertina", "Frontespizio", "Indice", "Riferimenti", "Inizio", "Letto da"),
    "ja": Labels("表紙", "扉", "目次", "案内", "本文", "朗読"),
    "kk": Labels("Мұқаба", "Титул беті", "Мазмұны", "Бағдарлар", "Басы", "Оқыған"),
    "nl": Labels("Omslag", "Titelpagina", "Inhoud", "Wegwijzer", "Begin", "Gelezen door"),
    "pl": Labels("Okładka", "Strona tytułowa", "Spis treści", "Drogowskazy", "Początek", "Czyta"),
    "pt": Labels("Capa", "Página de título", "Índice", "Referências", "Início", "Lido por"),
    "ru": Labels("Обложка", "Титул", "Содержание", "Ориентиры", "Начало", "Читает"),
    "sv": Labels("Omslag", "Titelsida", "Innehåll", "Vägvisare", "Början", "Uppläst av"),
    "tr": Labels("Kapak", "Başlık sayfası", "İçindekiler", "Yer imleri", "Başlangıç", "Okuyan"),
    "uk": Labels("Обкладинка", "Титул", "Зміст", "Орієнтири", "Початок", "Читає"),
    "zh": Labels("封面", "扉页", "目录", "导航", "正文", "朗读"),
}


def labels_for(language: str) -> Labels:
    """Return the words of a language, English where it is none of these.

    Examples
    --------
    >>> labels_for("de-AT").contents
    'Inhalt'
    """
    return _LABELS.get(language.lower().split("-")[0], _ENGLISH)
