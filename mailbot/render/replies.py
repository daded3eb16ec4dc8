"""Letters from templates: what mailbot writes to people, in their language, as plain text and HTML that say the same.

A company's own template folder overrides the shipped one file by file. Templates run in a sandbox, a name that is
missing is an error, and everything a person could have written stands in the letter as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, pass_eval_context
from jinja2 import TemplateError as JinjaError
from jinja2.nodes import EvalContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailbot.core.datamap import Authority, DataMap
from mailbot.core.kinds import Language
from mailbot.core.letters import Item, Letter, Outcome, Rendered
from mailbot.core.plan import Operation
from mailbot.errors import MailbotError
from mailbot.render.demands import demands, hold_to
from mailbot.render.prose import greetable, one_line, several_lines, wrap
from mailbot.render.words import TemplateError, Words, load_words

OFFICERS_OWN_WORDS = frozenset({"reasons", "question"})
"""The fields of letters that may have several lines."""
TEMPLATE_SUFFIXES = (".txt", ".html")


class Replies:
    """Renders letters.

    Args:
        folders: template folders, those that override first; the shipped one last.
        data_map: has the company, the authority, and what data sets, fields and grounds are called.
        address: the mailbox's own address, that people can write to.
    """

    def __init__(self, folders: Sequence[Path], data_map: DataMap, address: str) -> None:
        self.folders = tuple(folders)
        self.data_map = data_map
        self.address = address
        self._words = {language: Words(language, load_words(folders, language), data_map) for language in Language}
        self._environments = {language: self._environment(words) for language, words in self._words.items()}

    def render(self, letter: Letter) -> Rendered:
        """Write a letter.

        Raises:
            IncompleteRefusal: a refusal without reasons, authority or judicial remedy (Article 12(4), rule 15).
            IncompleteLetter: another letter lacks its case number or code.
            UnknownCode: the letter holds a code that nobody has words for.
            TemplateError: a template is wrong; the message is `file:line: what`.
        """
        letter = cleaned(letter)
        context = self._context(letter)
        folder = f"{letter.template}/{letter.language}"
        subject = one_line(self._fill(letter.language, f"{folder}/subject.txt", context))
        context["subject"] = subject
        rendered = Rendered(
            subject=subject,
            text=wrap(self._fill(letter.language, f"{folder}/body.txt", context)),
            html=self._fill(letter.language, f"{folder}/body.html", context),
        )
        words = self._words[letter.language]
        remedy = f"parts/{letter.language}/remedy.txt"
        demanded = demands(letter, words, self.data_map, lambda: self._fill(letter.language, remedy, context))
        hold_to(demanded, letter, rendered)
        return rendered

    def words(self, language: Language) -> Words:
        """The words for codes, for whoever shows what a letter will say."""
        return self._words[language]

    def _fill(self, language: Language, name: str, context: Mapping[str, Any]) -> str:
        try:
            return self._environments[language].get_template(name).render(context)
        except MailbotError:
            raise
        except Exception as error:
            # Whatever a template can do wrong, arithmetic included; nothing of what the letter holds is told.
            raise TemplateError(located(error, name)) from error

    def _context(self, letter: Letter) -> dict[str, Any]:
        values = {field.name: getattr(letter, field.name) for field in fields(letter)}
        return {
            "kind": None,
            **values,
            "letter": letter,
            "controller": self.data_map.controller,
            "authority": self.data_map.authority,
            "address": self.address,
            "kept": isinstance(letter, Outcome) and letter.kept,
            "refers": isinstance(letter, Outcome) and letter.refers,
        }

    def _environment(self, words: Words) -> Environment:
        environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader([folder / "mail" for folder in self.folders]),
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.globals["heading"] = words.heading
        environment.filters |= {
            "asks": words.asks,
            "by_operation": by_operation,
            "contacts": contacts,
            "dataset": words.dataset,
            "date": words.date,
            "event": words.event,
            "fields": words.fields,
            "label": words.label,
            "listed": words.listed,
            "mailto": mailto,
            "outcome": words.outcome,
            "paragraphs": paragraphs,
            "person_asks": words.person_asks,
            "reason": words.reason,
            "refusal": words.refusal,
            "request": words.request,
            "rows": words.rows,
            "url": link,
            "why": words.why,
        }
        return environment


def cleaned(letter: Letter) -> Letter:
    """The letter with every text in it harmless: in one line, or an officer's lines, and a name only if it is one."""
    return replace(letter, **{field.name: _clean(field.name, getattr(letter, field.name)) for field in fields(letter)})


def _clean(field: str, value: Any) -> Any:  # noqa: ANN401 - whatever a letter can hold
    if isinstance(value, tuple):
        return tuple(_clean(field, part) for part in value)
    if type(value) is not str:  # codes are enumerations, dates and items hold nothing that people wrote
        return value
    if field == "name":
        return greetable(value)
    return several_lines(value) if field in OFFICERS_OWN_WORDS else one_line(value)


def located(error: Exception, name: str) -> str:
    """`file:line: what` of an error in a template: the innermost template that it passed through."""
    file, line = getattr(error, "filename", None) or f"mail/{name}", getattr(error, "lineno", None) or 1
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(TEMPLATE_SUFFIXES):
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return f"{file}:{line}: {_said(error)}"


def _said(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template mail/{error.name}"
    what = one_line(error.message or "") if isinstance(error, JinjaError) else "cannot be filled in"
    return f"{type(error).__name__}: {what}"


def by_operation(items: Iterable[Item]) -> list[tuple[Operation, list[Item]]]:
    """Items grouped by what was done, in the order people are told; what was referred has a paragraph of its own."""
    items = list(items)
    groups = ((operation, [item for item in items if item.operation is operation]) for operation in Operation)
    return [(operation, group) for operation, group in groups if group and operation is not Operation.REFER]


def contacts(authority: Authority) -> str:
    """Every way to reach the authority, in one line."""
    return ", ".join(filter(None, (authority.web, authority.email, authority.phone, authority.address)))


def mailto(address: str) -> Markup:
    """An address to click on, for HTML."""
    return Markup('<a href="mailto:{0}">{0}</a>').format(address)


def link(url: str) -> Markup:
    """A link that shows where it leads, for HTML."""
    return Markup('<a href="{0}">{0}</a>').format(url)


@pass_eval_context
def paragraphs(context: EvalContext, text: str) -> str:
    """An officer's own words with their lines."""
    return Markup("<br>\n").join(text.split("\n")) if context.autoescape else text
