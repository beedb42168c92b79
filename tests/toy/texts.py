"""Sentences of wishes, and the two questions that are asked."""

from questions.question import Question, QuestionType

QUESTIONS = (
    Question("what", QuestionType.TEXT, "您想进什么货？"),
    Question("boxes", QuestionType.NUMBER, "想要几条？", min=1, max=500),
)
UNBOUND = "请先绑定您的店，再告诉我们想进什么货。"
KEPT = "记下了，到货后通知您。"
LEFT = "好的，下次再说。回复“进货”随时可以接着填。"
