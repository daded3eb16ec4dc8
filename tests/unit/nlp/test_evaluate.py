from mailbot.core.kinds import Field, Kind, Language
from mailbot.core.reading import Change, Reading
from mailbot.nlp.corpus import Mail
from mailbot.nlp.evaluate import is_right, measure


class Scripted:
    """Reads what it was told to."""

    def __init__(self, *readings):
        self.readings = readings

    def read_many(self, pairs):
        assert len(list(pairs)) == len(self.readings)
        return iter(self.readings)


def mail(*labels, alt=(), changes=()):
    return Mail("m", "h", Language.SWEDISH, "", "text", frozenset(labels), frozenset(alt), tuple(changes))


def reading(*kinds, abstained=False, changes=()):
    scores = {kind: float(kind in kinds) for kind in Kind}
    return Reading(Language.SWEDISH, kinds, scores, abstained, changes=tuple(changes))


def test_labels_that_may_be_read_are_no_error_either_way():
    asked = mail(Kind.ERASURE, alt=[Kind.CONSENT_WITHDRAWAL])
    assert is_right(asked, reading(Kind.ERASURE))
    assert is_right(asked, reading(Kind.ERASURE, Kind.CONSENT_WITHDRAWAL))
    assert not is_right(asked, reading(Kind.CONSENT_WITHDRAWAL))
    assert not is_right(asked, reading(Kind.ERASURE, Kind.ACCESS))


def test_other_among_them_allows_reading_nothing_but_other():
    assert is_right(mail(Kind.ACCESS, alt=[Kind.OTHER]), reading(Kind.OTHER))
    assert not is_right(mail(Kind.ACCESS), reading(Kind.OTHER))


def test_counts_what_is_sure_and_what_is_sure_and_wrong():
    report = measure(
        Scripted(reading(Kind.ACCESS), reading(Kind.ERASURE), reading(Kind.ACCESS, abstained=True)),
        [mail(Kind.ACCESS), mail(Kind.OTHER), mail(Kind.ERASURE)],
    )
    assert (report.exact.part, report.exact.whole) == (1, 3)
    assert (report.sure.part, report.sure_right.part) == (2, 1)
    assert len(report.erased_wrongly) == 1
    assert report.kinds[Kind.ACCESS].precision == 0.5
    assert report.kinds[Kind.ERASURE].f1 == 0
    assert report.confusion == {"other > erasure": 1, "erasure > access": 1}


def test_a_correction_counts_only_when_it_is_the_same_to_the_letter():
    asked = Change(Field.PHONE, "070-1", "070-2")
    near = Change(Field.PHONE, "070-1", "0702")
    mails = [mail(Kind.RECTIFICATION, changes=[asked])] * 2
    report = measure(
        Scripted(reading(Kind.RECTIFICATION, changes=[asked]), reading(Kind.RECTIFICATION, changes=[near])), mails
    )
    assert (report.changes[Field.PHONE].part, report.changes[Field.PHONE].whole) == (1, 2)


def test_the_report_can_be_read_by_people():
    text = measure(Scripted(reading(Kind.ACCESS)), [mail(Kind.ACCESS)]).render()
    assert "macro-F1" in text
    assert "sure of             1.000 (1/1)" in text
