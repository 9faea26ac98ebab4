"""What a publisher writes of a book is shown with emphasis and lists, and with nothing else."""

import re

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from catalog import blurbs
from catalog.models import BookText
from tests.factories import BookFactory

TAGS = re.compile(r"<(/?)(p|em|strong|ul|li|br)>")
PIECES = ["<em>", "</em>", "<strong>", "</strong>", "<ul>", "</ul>", "<li>", "</li>", "\n", "\n\n"]
PIECES += ["<script>", "<em onclick=x>", "<", ">", "&", "&lt;em&gt;", '"', "a", " ", "<EM>", "</p>"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.\nTwo.\n\nThree.", "<p>One.<br>Two.</p><p>Three.</p>"),
        ("A <em>fine</em> book", "<p>A <em>fine</em> book</p>"),
        ("Never <em>closed\n\nNext", "<p>Never <em>closed</em></p><p>Next</p>"),
        ("</em>Ends</ul> <li>nothing", "<p>Ends</p><p>nothing</p>"),
        ("<em>a<strong>b</em>c</strong>", "<p><em>a<strong>b</strong></em>c</p>"),
        (
            "Holds:\n\n<ul><li>one</li>\n<li>two</li></ul>\n\nAll.",
            "<p>Holds:</p><ul><li>one</li><li>two</li></ul><p>All.</p>",
        ),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ('<em class="x">', "<p>&lt;em class=&quot;x&quot;&gt;</p>"),
        ("", ""),
    ],
)
def test_only_emphasis_and_lists_are_shown(text, html):
    assert blurbs.as_html(text) == html


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_whatever_is_written_the_page_is_sound(text):
    html = blurbs.as_html(text)

    opened = []
    for found in TAGS.finditer(html):
        is_end, name = found.groups()
        if is_end:
            assert opened.pop() == name
        elif name != "br":
            opened.append(name)
    assert opened == []
    assert not set("<>") & set(TAGS.sub("", html))


def test_without_tags_a_list_stands_on_lines_of_its_own():
    text = "A <em>fine</em> book:\n\n<ul><li>one</li><li>two</li></ul>\n\nAll."

    assert blurbs.as_text(text) == "A fine book:\n\n• one\n• two\n\nAll."


def test_the_page_of_a_book_shows_them(client, db):
    book = BookFactory()
    BookText.objects.create(book=book, description="A <em>fine</em> <b>book</b>.")

    text = client.get(book.get_absolute_url()).text

    assert "<p>A <em>fine</em> &lt;b&gt;book&lt;/b&gt;.</p>" in text


def test_templates_have_a_filter_for_it():
    template = Template("{% load catalog_tags %}{{ text|blurb }}")

    assert template.render(Context({"text": "<em>x</em> & y"})) == "<p><em>x</em> &amp; y</p>"
