from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from bookstore.frame import frame_for, gap, reader_of

register = template.Library()


@register.simple_tag(takes_context=True)
def frame_part(context: template.Context, part: str) -> SafeString:
    """The part of the frame (me, live, footer) that this reader sees; in a page for everybody, a gap."""
    if context.get("is_for_everybody"):
        return gap(part)
    if part == "live" and context.get("messages"):
        return render_to_string("_live.html", {"messages": context["messages"]})
    frame = frame_for(reader_of(context.get("request")), get_language() or "")
    return SafeString(getattr(frame, part))


@register.simple_tag(takes_context=True)
def personal_part(context: template.Context, part: str) -> SafeString:
    """What the page has for this reader alone under this name; in a page for everybody, a gap."""
    if context.get("is_for_everybody"):
        return gap(part)
    return SafeString(context["personal"][part]())


@register.simple_tag(takes_context=True)
def place(context: template.Context, name: str) -> SafeString:
    """What differs here between pages that share a shell (bookstore/shells.py)."""
    return gap(name) if context.get("is_shell") else SafeString(context["places"][name])
