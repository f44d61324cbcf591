"""Elements of HTML that QTI 3 does not have, and what it has instead.

Strategy: some have names of SSML (`s` is a sentence there, `mark` a bookmark) or are spelt nearly like `math`. Whoever writes one
of them means HTML, so no other namespace is proposed.
"""

from __future__ import annotations

__all__ = ["INSTEAD", "XHTML"]

XHTML = "http://www.w3.org/1999/xhtml"

_ROWS = {
    'write `<span class="...">` with a style': "s strike u del ins mark font blink marquee nobr data time output meter progress",
    'write `<div class="...">` with a style': "center main hgroup search dialog form fieldset legend slot body",
    "write `<ul>`": "dir menu",
    "write `<li>`": "menuitem command",
    "write `<pre>`": "listing plaintext xmp",
    "write `<img>`": "image",
    "write `<img>` or `<object>` with a file of SVG": "svg",
    "write `<object>`": "applet embed iframe frame portal canvas",
    "write a graphic interaction, such as `<qti-hotspot-interaction>`": "map area",
    "write `<qti-stylesheet>` where the schema allows it": "style link basefont",
    "write `<qti-text-entry-interaction>`": "input",
    "write `<qti-extended-text-interaction>`": "textarea",
    "write `<qti-inline-choice-interaction>`": "select datalist",
    "write `<qti-inline-choice>` in `<qti-inline-choice-interaction>`": "option optgroup",
    "write `<qti-end-attempt-interaction>`": "button",
    "write the character `&#8203;`": "wbr",
    "replace it by its content": "noembed noframes noscript frameset html",
    "remove it: what QTI says of a document is in attributes of its root": "head title meta base",
    "remove it: scripts are only possible in `<qti-portable-custom-interaction>`": "script",
}
INSTEAD = {name: what for what, names in _ROWS.items() for name in names.split(" ")}
