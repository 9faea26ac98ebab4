"""What mails say: each one as text and as HTML, which say the same.

The words of a mail stand in its .txt, in partials; its .html sets them out anew. Who includes them
decides how a name or a title in them is written: as it is in the text, escaped in the HTML.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

# Where a line of ours goes in a mail that is sent once more (templates/emails/base.html).
PLACE_OF_NOTE = "<!-- note -->"
# Many mail programs read no rules, so each element says itself what it looks like. Rules for phones
# and for dark screens stay rules. Nothing is ever loaded from anywhere.
INLINER = css_inline.CSSInliner(minify_css=True, load_remote_stylesheets=False)


class Letter(NamedTuple):
    """A mail without its envelope, in the language in which it is written."""

    subject: str
    body: str
    html: str
    language: str


def letter(template: str, context: Mapping[str, Any], *, language: str) -> Letter:
    """The mail that `template`.subject.txt, `template`.txt and `template`.html make.

    They know the shop and its address besides `context`, and speak `language`, whoever asks.
    allauth has names of its own for them: `template`_subject.txt, and `template`_message.

    The HTML is as it leaves. To write its styles into it takes a third of a millisecond, and what is
    kept of a mail is then what its reader got, whatever our sheets say later.
    """
    subject_of, message = f"{template}.subject.txt", template
    if "/email/" in template:
        subject_of, message = f"{template}_subject.txt", f"{template}_message"
    known = {**context, "shop": settings.SHOP, "site_url": settings.SITE_URL}
    with translation.override(language):
        # In one line, and plain text again: what a template makes counts as safe in another.
        subject = " ".join(render_to_string(subject_of, known).split())
        body = render_to_string(f"{message}.txt", known).strip() + "\n"
        html = render_to_string(f"{message}.html", {**known, "subject": subject})
    return Letter(subject, body, INLINER.inline(html), language)


def with_note(html: str, words: str) -> str:
    """The same mail with a line of ours above it."""
    note = render_to_string("emails/_note.html", {"words": words})
    sheet = render_to_string("emails/light.css")
    return html.replace(PLACE_OF_NOTE, INLINER.inline_fragment(note, sheet), 1)
