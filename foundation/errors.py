"""Business error: the one exception that is an answer to a person."""


class Refused(Exception):
    """Refusal by a rule, with one sentence for the person who asked (简体中文).

    The chat answers with the sentence, a page shows it with status 422, a command prints it and exits with 1.
    Whoever opened the transaction rolls it back first: nothing of a refused action is kept.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
