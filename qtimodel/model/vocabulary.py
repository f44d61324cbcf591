"""The enumerations of the test level.

Strategy: one `StrEnum` per list of values in the schema, so a member is its own text and compares with it. Values keep the spelling
of the specification (camelCase, as in QTI 2); member names are the same words in UPPER_SNAKE. Lists that anybody may extend with
`ext:` names are no enumerations: see `datatypes.ExtensibleRubricUse` and `ExtensibleSupport`.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "AriaAutocomplete",
    "AriaCurrent",
    "AriaInvalid",
    "AriaLive",
    "AriaOrientation",
    "AriaRelevant",
    "AriaSort",
    "AriaState",
    "AriaTristate",
    "BaseType",
    "Cardinality",
    "Direction",
    "ExternalScored",
    "IncludeParse",
    "MathConstantName",
    "MathOperatorName",
    "NavigationMode",
    "Role",
    "RoundingMode",
    "Shape",
    "ShowHide",
    "StatsOperatorName",
    "SubmissionMode",
    "SuppressTts",
    "TestFeedbackAccess",
    "ToleranceMode",
    "View",
]


class NavigationMode(StrEnum):
    """Whether candidates move through a test part in order or freely."""

    LINEAR = "linear"
    NONLINEAR = "nonlinear"


class SubmissionMode(StrEnum):
    """Whether responses are submitted item by item or all together at the end of the test part."""

    INDIVIDUAL = "individual"
    SIMULTANEOUS = "simultaneous"


class View(StrEnum):
    """The roles that a rubric or an outcome is meant for."""

    AUTHOR = "author"
    CANDIDATE = "candidate"
    PROCTOR = "proctor"
    SCORER = "scorer"
    TEST_CONSTRUCTOR = "testConstructor"
    TUTOR = "tutor"


class Cardinality(StrEnum):
    """How many values a variable holds."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    ORDERED = "ordered"
    RECORD = "record"


class BaseType(StrEnum):
    """The type of a value. `duration` is a number of seconds."""

    BOOLEAN = "boolean"
    DIRECTED_PAIR = "directedPair"
    DURATION = "duration"
    FILE = "file"
    FLOAT = "float"
    IDENTIFIER = "identifier"
    INTEGER = "integer"
    PAIR = "pair"
    POINT = "point"
    STRING = "string"
    URI = "uri"


class TestFeedbackAccess(StrEnum):
    """When test feedback is shown: while its part or test runs, or after it."""

    __test__ = False  # the name is no invitation to pytest

    AT_END = "atEnd"
    DURING = "during"


class ShowHide(StrEnum):
    """What a matching outcome does to feedback."""

    SHOW = "show"
    HIDE = "hide"


class ExternalScored(StrEnum):
    """Who sets an outcome that the test does not compute itself."""

    EXTERNAL_MACHINE = "externalMachine"
    HUMAN = "human"


class ToleranceMode(StrEnum):
    """How far apart equal numbers may be."""

    EXACT = "exact"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"


class RoundingMode(StrEnum):
    """What the number of figures counts."""

    DECIMAL_PLACES = "decimalPlaces"
    SIGNIFICANT_FIGURES = "significantFigures"


class Shape(StrEnum):
    """The shape of an area of an image; `default` is the whole of it."""

    CIRCLE = "circle"
    DEFAULT = "default"
    ELLIPSE = "ellipse"
    POLY = "poly"
    RECT = "rect"


class MathConstantName(StrEnum):
    """A constant of mathematics."""

    PI = "pi"
    E = "e"


class StatsOperatorName(StrEnum):
    """A statistic over the values of a container. `SD` is the standard deviation."""

    MEAN = "mean"
    SAMPLE_VARIANCE = "sampleVariance"
    SAMPLE_SD = "sampleSD"
    POP_VARIANCE = "popVariance"
    POP_SD = "popSD"


class MathOperatorName(StrEnum):
    """A mathematical function. Angles are in radians."""

    SIN = "sin"
    COS = "cos"
    TAN = "tan"
    SEC = "sec"
    CSC = "csc"
    COT = "cot"
    ASIN = "asin"
    ACOS = "acos"
    ATAN = "atan"
    ATAN2 = "atan2"
    ASEC = "asec"
    ACSC = "acsc"
    ACOT = "acot"
    SINH = "sinh"
    COSH = "cosh"
    TANH = "tanh"
    SECH = "sech"
    CSCH = "csch"
    COTH = "coth"
    LOG = "log"
    LN = "ln"
    EXP = "exp"
    ABS = "abs"
    SIGNUM = "signum"
    FLOOR = "floor"
    CEIL = "ceil"
    TO_DEGREES = "toDegrees"
    TO_RADIANS = "toRadians"


class IncludeParse(StrEnum):
    """How `xi:include` takes in what it names."""

    XML = "xml"
    TEXT = "text"


class Direction(StrEnum):
    """The direction of text."""

    LTR = "ltr"
    RTL = "rtl"
    AUTO = "auto"


class SuppressTts(StrEnum):
    """Which way of reading aloud leaves the content out."""

    COMPUTER_READ_ALOUD = "computer-read-aloud"
    SCREEN_READER = "screen-reader"
    ALL = "all"


class Role(StrEnum):
    """The WAI-ARIA roles that QTI knows."""

    ALERT = "alert"
    ALERTDIALOG = "alertdialog"
    APPLICATION = "application"
    ARTICLE = "article"
    BANNER = "banner"
    BUTTON = "button"
    CHECKBOX = "checkbox"
    CODE = "code"
    COLUMNHEADER = "columnheader"
    COMBOBOX = "combobox"
    COMPLEMENTARY = "complementary"
    CONTENTINFO = "contentinfo"
    DEFINITION = "definition"
    DELETION = "deletion"
    DIALOG = "dialog"
    DOCUMENT = "document"
    EMPHASIS = "emphasis"
    FIGURE = "figure"
    FORM = "form"
    GENERIC = "generic"
    GRID = "grid"
    GRIDCELL = "gridcell"
    GROUP = "group"
    HEADING = "heading"
    IMG = "img"
    INSERTION = "insertion"
    LINK = "link"
    LIST = "list"
    LISTBOX = "listbox"
    LISTITEM = "listitem"
    LOG = "log"
    MAIN = "main"
    MARQUEE = "marquee"
    MATH = "math"
    MENU = "menu"
    MENUBAR = "menubar"
    MENUITEM = "menuitem"
    MENUITEMCHECKBOX = "menuitemcheckbox"
    MENUITEMRADIO = "menuitemradio"
    METER = "meter"
    NAVIGATION = "navigation"
    NOTE = "note"
    OPTION = "option"
    PRESENTATION = "presentation"
    PROGRESSBAR = "progressbar"
    RADIO = "radio"
    RADIOGROUP = "radiogroup"
    REGION = "region"
    ROW = "row"
    ROWGROUP = "rowgroup"
    ROWHEADER = "rowheader"
    SCROLLBAR = "scrollbar"
    SEARCH = "search"
    SEARCHBOX = "searchbox"
    SEPARATOR = "separator"
    SLIDER = "slider"
    SPINBUTTON = "spinbutton"
    STATUS = "status"
    STRONG = "strong"
    SUBSCRIPT = "subscript"
    SUPERSCRIPT = "superscript"
    SWITCH = "switch"
    TAB = "tab"
    TABLIST = "tablist"
    TABPANEL = "tabpanel"
    TERM = "term"
    TEXTBOX = "textbox"
    TIME = "time"
    TIMER = "timer"
    TOOLBAR = "toolbar"
    TOOLTIP = "tooltip"
    TREE = "tree"
    TREEGRID = "treegrid"
    TREEITEM = "treeitem"


class AriaAutocomplete(StrEnum):
    """`aria-autocomplete`."""

    INLINE = "inline"
    LIST = "list"
    BOTH = "both"
    NONE = "none"


class AriaCurrent(StrEnum):
    """`aria-current`."""

    PAGE = "page"
    STEP = "step"
    LOCATION = "location"
    DATE = "date"
    TIME = "time"
    TRUE = "true"
    FALSE = "false"
    UNDEFINED = "undefined"


class AriaInvalid(StrEnum):
    """`aria-invalid`."""

    TRUE = "true"
    FALSE = "false"
    GRAMMAR = "grammar"
    SPELLING = "spelling"


class AriaLive(StrEnum):
    """`aria-live`."""

    OFF = "off"
    POLITE = "polite"
    ASSERTIVE = "assertive"


class AriaOrientation(StrEnum):
    """`aria-orientation`."""

    VERTICAL = "vertical"
    HORIZONTAL = "horizontal"


class AriaRelevant(StrEnum):
    """An item of the list `aria-relevant`."""

    ADDITIONS = "additions"
    REMOVALS = "removals"
    TEXT = "text"
    ALL = "all"


class AriaSort(StrEnum):
    """`aria-sort`."""

    ASCENDING = "ascending"
    DESCENDING = "descending"
    NONE = "none"
    OTHER = "other"


class AriaState(StrEnum):
    """A state that may be undefined: `aria-expanded`, `aria-selected`."""

    TRUE = "true"
    FALSE = "false"
    UNDEFINED = "undefined"


class AriaTristate(StrEnum):
    """A state that may be mixed or undefined: `aria-checked`, `aria-pressed`."""

    TRUE = "true"
    FALSE = "false"
    MIXED = "mixed"
    UNDEFINED = "undefined"
