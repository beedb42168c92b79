"""Differences between two versions of a course, in words: its rules, and its lessons."""

from collections.abc import Iterator, Mapping

from courses.rules.definition import CourseDefinition, LessonDefinition

_RULES: Mapping[str, str] = {
    "title": "标题",
    "intro": "说明",
    "every_days": "几天一课",
    "at": "几点放出",
    "is_ordered": "按顺序学",
    "is_required": "必学",
    "has_certificate": "发证书",
    "audience": "对象",
    "opens_at": "开始时间",
    "closes_at": "结束时间",
    "requires": "先学完",
}


def differences(before: CourseDefinition, after: CourseDefinition) -> list[str]:
    """Return what changed from one version to the next, a sentence each; a lesson is the same by its code.

    >>> from courses.rules.definition import Screen
    >>> seal, code = LessonDefinition("l1", "看封签", (Screen("一"), Screen("二"))), LessonDefinition("l2", "看喷码")
    >>> newer = LessonDefinition("l1", "看清封签", (Screen("一"), Screen("三"), Screen("四")))
    >>> one = CourseDefinition("辨别", lessons=(seal, code))
    >>> differences(one, CourseDefinition("辨别", lessons=(newer,), every_days=2))
    ['“几天一课”改了。', '第 1 课《看清封签》改了：标题、第 2 屏、第 3 屏。', '去掉了《看喷码》。']
    """
    return list(_differences(before, after))


def _differences(before: CourseDefinition, after: CourseDefinition) -> Iterator[str]:
    for name, word in _RULES.items():
        if getattr(before, name) != getattr(after, name):
            yield f"“{word}”改了。"
    then, now = ({each.code: each for each in of.lessons} for of in (before, after))
    for number, lesson in enumerate(after.lessons, start=1):
        where = f"第 {number} 课《{lesson.title}》"
        if lesson.code not in then:
            yield f"新加{where}。"
        elif changed := list(_of_lesson(then[lesson.code], lesson)):
            yield f"{where}改了：{'、'.join(changed)}。"
    yield from (f"去掉了《{each.title}》。" for code, each in then.items() if code not in now)
    kept = [code for code in now if code in then]
    if kept != [code for code in then if code in now]:
        yield "各课的顺序改了。"


def _of_lesson(before: LessonDefinition, after: LessonDefinition) -> Iterator[str]:
    if before.title != after.title:
        yield "标题"
    longer = max(before.screens, after.screens, key=len)
    for number in range(1, len(longer) + 1):
        if before.screens[number - 1 : number] != after.screens[number - 1 : number]:
            yield f"第 {number} 屏"
    if before.question != after.question:
        yield "课后一题"
    if before.quiz != after.quiz:
        yield "课后测试"
    if before.requires != after.requires:
        yield "先学哪几课"
