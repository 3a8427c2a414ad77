"""Forms of the pages: what people may type, with a sentence for what they may not."""
