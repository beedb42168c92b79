"""Questions: what is asked and how an answer is read, in the chat and on a page; whoever asks says itself what for."""
