"""Text in, `Story` out: Markdown and plain text, chapter detection, ``book.toml``."""
