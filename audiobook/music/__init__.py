"""Timeline in, `Bed` out: music composed for exactly this chapter, or the listener's own."""
