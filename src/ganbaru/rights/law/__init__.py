"""What the law and its guidance say, as data in two languages, and the questions that follow from a project's facts."""

from ganbaru.rights.law.reading import Article, Question, articles, questions

__all__ = ["Article", "Question", "articles", "questions"]
