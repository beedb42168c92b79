"""Business error: the one exception that is an answer to a person."""


class Refused(Exception):
    """A rule said no, in one sentence for the person who asked (简体中文).

    The chat answers the sentence, a page shows it with status 422, a command prints it and ends with 1.
    Whoever opened the transaction rolls it back first: a refusal keeps nothing of the refused action.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
