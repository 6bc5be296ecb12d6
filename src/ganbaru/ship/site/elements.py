"""Elements of a page. Only the serialiser turns them into text, so all escaping is in one place."""

from xml.etree.ElementTree import Element, tostring

__all__ = ["Element", "both", "element", "written"]


def element(name: str, /, *children: "Element | str", **attributes: str) -> Element:
    """An element with text and elements in it; what they hold is text, whatever its letters."""
    made = Element(name, attributes)
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + child
        else:
            made.text = (made.text or "") + child
    return made


def both(name: str, /, english: str, japanese: str, **attributes: str) -> Element:
    """An element that says the same in two languages, of which the page shows one."""
    return element(name, element("span", english, lang="en"), element("span", japanese, lang="ja"), **attributes)


def written(page: Element) -> str:
    """A whole page as HTML."""
    return f"<!doctype html>\n{tostring(page, encoding='unicode', method='html')}\n"
