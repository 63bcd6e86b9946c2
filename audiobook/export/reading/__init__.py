"""What the formats share that show the story and read it aloud: its places, its words."""
